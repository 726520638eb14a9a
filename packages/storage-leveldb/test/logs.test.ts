/**
 * LevelDB says nothing when it finds its log cut off or damaged, or may not read it: it leaves that part out, goes on with what it can read, and
 * deletes the log. So a database that was copied while it was written, or was on a disk that lies, had lost commits, and kept later ones, without an
 * error. What was cut off leaves no trace; damage with commits behind it does.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testFolder } from "./fixtures/folder.ts";

/** LevelDB's log has blocks of this size, and after damage goes on with the next. */
const BLOCK = 1 << 15;
const COMMITS = 60;
const template = mkdtempSync(join(tmpdir(), "leveldb-"));

/** Commit n sets what all commits have in common to n, and adds ten items of its own in each of two containers. */
async function makeLog(name: string, value: string): Promise<void> {
  const path = join(template, name);
  const created = await LevelStorage.open(path, { create: true });
  await created.addContainer("left");
  await created.addContainer("right");
  await created.close();
  // What was created is in a table when the storage was opened again; the log begins with the first commit.
  await using storage = await LevelStorage.open(path, { durability: "process-crash" });
  for (let n = 1; n <= COMMITS; n++) {
    await storage.transaction(async (tx) => {
      for (const container of ["left", "right"]) {
        const items = Array.from({ length: 10 }, (_, i) => [`${n}-${i}`, value] as const);
        await tx.setContainerItems(container, [["newest", n], ...items]);
      }
    });
  }
}

beforeAll(async () => {
  await makeLog("short", "x");
  await makeLog("long", "x".repeat(300));
});

afterAll(() => rmSync(template, { recursive: true }));

function logOf(path: string): string {
  const names = readdirSync(path).filter((name) => name.endsWith(".log"));
  expect(names).toHaveLength(1);
  return join(path, names[0] as string);
}

/** Opens a copy of the database with another log; answers the numbers of the commits that are there, each of which must be whole. */
async function commitsWith(
  name: string,
  damage: (log: Uint8Array) => Uint8Array,
): Promise<{ commits: number[]; newest: (string | undefined)[] }> {
  const path = join(testFolder(), "db");
  cpSync(join(template, name), path, { recursive: true });
  const log = logOf(path);
  writeFileSync(log, damage(new Uint8Array(readFileSync(log))));
  await using storage = await LevelStorage.open(path, { durability: "process-crash" });
  const counts = new Map<number, number>();
  const newest: (string | undefined)[] = [];
  for (const container of ["left", "right"]) {
    newest.push(await storage.getContainerItem(container, "newest"));
    for await (const key of storage.container(container).keys({ lt: "a" })) {
      const n = Number(key.split("-")[0]);
      counts.set(n, (counts.get(n) ?? 0) + 1);
    }
  }
  expect(new Set(counts.values()).size).toBeLessThanOrEqual(1);
  for (const count of counts.values()) expect(count).toBe(20);
  await storage.setContainerItem("left", "still", "writable");
  return { commits: [...counts.keys()].sort((a, b) => a - b), newest };
}

/** A state that was committed: the first commits up to one. */
function expectCommitted({ commits, newest }: Awaited<ReturnType<typeof commitsWith>>): void {
  expect(commits).toEqual(Array.from(commits, (_, i) => i + 1));
  const last = commits.length === 0 ? undefined : `${commits.length}`;
  expect(newest).toEqual([last, last]);
}

function sizeOf(name: string): number {
  return readFileSync(logOf(join(template, name))).length;
}

function positions(name: string, count: number): number[] {
  const size = sizeOf(name);
  return Array.from({ length: count }, (_, i) => Math.floor((size * i) / count));
}

it("a log that is cut off anywhere leaves a state that was committed", async () => {
  for (const name of ["short", "long"]) {
    let found = 0;
    for (const position of positions(name, 25)) {
      const left = await commitsWith(name, (log) => log.slice(0, position));
      expectCommitted(left);
      expect(left.commits.length).toBeGreaterThanOrEqual(found);
      found = left.commits.length;
    }
    expect(found).toBeGreaterThan(COMMITS / 2);
    expectCommitted(await commitsWith(name, (log) => log));
  }
});

it("a log that is missing leaves a state that was committed", async () => {
  const path = join(testFolder(), "db");
  cpSync(join(template, "short"), path, { recursive: true });
  rmSync(logOf(path));
  await using storage = await LevelStorage.open(path);
  expect(await storage.listContainers()).toEqual(["left", "right"]);
  expect(await storage.getContainerLen("left")).toBe(0);
});

function flipAt(log: Uint8Array, position: number): Uint8Array {
  log[position] = (log[position] as number) ^ 0xff;
  return log;
}

it("a log with a flipped byte anywhere is damaged; where it is in the last commit, a crash may have left it so", async () => {
  expect(sizeOf("short")).toBeLessThan(BLOCK);
  expect(sizeOf("long")).toBeGreaterThan(10 * BLOCK);
  for (const name of ["short", "long"]) {
    for (const position of positions(name, 25)) {
      const left = commitsWith(name, (log) => flipAt(log, position));
      await expect(left).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    }
    const left = await commitsWith(name, (log) => flipAt(log, log.length - 1));
    expectCommitted(left);
    expect(left.commits).toHaveLength(COMMITS - 1);
  }
});

it("a log that was lost in the middle is damaged, whatever stands there", async () => {
  for (const [from, to] of [
    [0, 4096],
    [10, 3 * BLOCK],
    [BLOCK, 2 * BLOCK],
  ]) {
    for (const byte of [0, 1, 0xa5]) {
      const left = commitsWith("long", (log) => log.fill(byte, from, to));
      await expect(left).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    }
  }
  expectCommitted(await commitsWith("long", (log) => log.fill(0, log.length - 3 * BLOCK)));
});
