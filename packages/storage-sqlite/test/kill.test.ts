import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import { expect, it } from "vitest";
import { testFolder } from "./fixtures/folder.ts";
import { startProcess } from "./fixtures/processes.ts";

const KILLS = 50;

/** Lets a process commit for a random while, kills it, and answers the last number that it began and the last that it was told is done. */
async function commitAndKill(
  path: string,
  first: number,
): Promise<{ begun: number; done: number }> {
  const child = startProcess("commit-pairs.ts", path, String(first));
  let [begun, done] = [first - 1, first - 1];
  const lines = createInterface({ input: child.stdout });
  // A random number of commits, and then somewhere within the next.
  const last = first + Math.floor(Math.random() * 12);
  lines.on("line", (line) => {
    const [what, n] = line.split(" ");
    if (what === "begin") begun = Number(n);
    else done = Number(n);
    if (what === "begin" && begun === last)
      setTimeout(() => child.kill("SIGKILL"), Math.random() * 3);
  });
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  return { begun, done };
}

it(`a process killed ${KILLS} times at random loses nothing that it was told is committed, and leaves nothing in part`, async () => {
  const path = join(testFolder(), "killed.db");
  await using storage = await SqliteStorage.open(path, { create: true });
  await storage.addContainer("left");
  await storage.addContainer("right");
  await storage.setContainerItem("left", "n", -1);
  let next = 0;
  let [midway, unacknowledged] = [0, 0];
  for (let kill = 0; kill < KILLS; kill++) {
    const { begun, done } = await commitAndKill(path, next);
    const n = Number(await storage.getContainerItem("left", "n"));
    expect(n === done || n === begun).toBe(true);
    if (begun > done) midway++;
    if (n !== done) unacknowledged++;
    const right = new Set<string>();
    for await (const value of storage.container("right").values()) right.add(value);
    expect([...right]).toEqual(n < 0 ? [] : [`${n}`]);
    expect(
      (await storage.listContainers()).filter((name) => name.startsWith("made-")),
    ).toHaveLength(n + 1);
    next = n + 1;
  }
  // Kills that all hit between two commits would have shown nothing.
  expect(midway).toBeGreaterThan(KILLS / 5);
  console.log(
    `${next} commits, ${KILLS} kills, ${midway} of them in the middle of a commit; ${unacknowledged} commits were durable, but not acknowledged yet`,
  );
}, 120_000);
