/** Processes that end in the middle of a commit. */
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { newStorage } from "./fixtures/folder.ts";
import { outcomeOf, startProcess } from "./fixtures/processes.ts";

const TRIES = 15;

/** When to end, in milliseconds: at random, but early and late. */
function someMilliseconds(attempt: number): string {
  return `${Math.floor(10 * (attempt + Math.random()))}`;
}

/** That nothing had been committed by then would show nothing. */
async function expectCommits(path: string): Promise<void> {
  await using storage = await LmdbStorage.open(path);
  expect(Number(await storage.getContainerItem("c", "in a transaction"))).toBeGreaterThan(0);
}

/**
 * A transaction of lmdb-js calls JavaScript from the thread that has the lock. A process that exits
 * meanwhile waits for that thread, which waits for an event loop that is gone: it hung for good,
 * and so did everybody who wanted to write.
 */
it(`a process that exits in the middle of commits ends, ${TRIES} times`, async () => {
  const path = await newStorage();
  for (let i = 0; i < TRIES; i++) {
    const child = startProcess("exit.ts", [path, someMilliseconds(i)]);
    const { ended, errors } = await outcomeOf(child);
    expect({ ended, errors }).toEqual({ ended: 7, errors: "" });
    await using storage = await LmdbStorage.open(path);
    await storage.setContainerItem("c", "after", i);
    expect(await storage.getContainerItem("c", "after")).toBe(`${i}`);
  }
  await expectCommits(path);
});
