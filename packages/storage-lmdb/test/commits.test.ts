/** Commits are batches with conditions: all of it is written, or nothing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Changes, Engine } from "@caterpillar/storage-core/driver";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { newStorage, testFolder } from "./fixtures/folder.ts";
import { type Change, Neighbour } from "./fixtures/neighbour.ts";

const POWER_LOSS = "power-loss";
const CONFLICT = { code: "TRANSACTION_CONFLICT" };

async function newEngine(path: string): Promise<Engine> {
  return await LmdbStorage.driver.open(path, { create: true, readonly: false });
}

/** `transaction()` of lmdb-js commits what was written before its function throws. */
it("a transaction whose function fails writes nothing", async () => {
  const path = await newStorage();
  const neighbour = new Neighbour(path);
  const before = neighbour.all();
  await using storage = await LmdbStorage.open(path);
  const failing = storage.transaction(async (tx) => {
    await tx.setContainerItem("c", "key", "new");
    await tx.addContainer("d");
    throw new Error("the function's own");
  });
  await expect(failing).rejects.toThrow("the function's own");
  expect(neighbour.all()).toEqual(before);
});

type Actions = readonly (readonly [container: string, action: Changes[number]["action"]])[];

/**
 * Changes of containers, and what happens when they are applied: after all that they expect was
 * looked at.
 */
function changesOf(actions: Actions, whenApplied: () => void): Changes {
  return actions.map(([container, action]) => {
    if (action === "delete") return { container, action, entries: [], size: 0 };
    const entries = {
      *[Symbol.iterator]() {
        if (container === actions.at(-1)?.[0]) whenApplied();
        yield ["key", "new"] as const;
      },
    };
    return { container, action, entries, size: 1 };
  });
}

/** A storage in which a container is there if an action takes it to be. */
async function engineFor(actions: Actions, path: string): Promise<Engine> {
  const engine = await newEngine(path);
  for (const [container, action] of actions) {
    if (action === "create") continue;
    const changes = changesOf([[container, "create"]], () => {});
    await engine.write(changes, { base: undefined, durability: POWER_LOSS });
  }
  return engine;
}

/**
 * Everything that makes what the actions expect of the database not so: in each one thing, in each
 * two, in all.
 */
function interferences(actions: Actions): Change[][] {
  const missing = actions.filter(([, action]) => action === "create").map(([name]) => `c${name}`);
  const present = actions.filter(([, action]) => action !== "create").map(([name]) => `c${name}`);
  const another = [...missing, ...present].map((key): Change => [key, "another."]);
  const gone = present.map((key): Change => [key, null]);
  const one = [...another, ...gone];
  const two = one.flatMap((first) =>
    one.filter(([key]) => key > first[0]).map((second) => [first, second]),
  );
  return [...one.map((change) => [change]), ...two, another];
}

/**
 * What is expected is tested in an order; that which is first and last is what has to be there in
 * one, and what must not in the other.
 */
const BATCHES: readonly Actions[] = [
  [
    ["a", "keep"],
    ["b", "create"],
    ["c", "clear"],
    ["d", "delete"],
    ["e", "create"],
    ["f", "keep"],
  ],
  [
    ["a", "create"],
    ["b", "keep"],
    ["c", "create"],
    ["d", "delete"],
    ["e", "clear"],
    ["f", "create"],
  ],
];

/**
 * A condition of lmdb-js is a block in the block of another one, and does not tell whether it held
 * where the outer one did not: the test for a missing key answers yes there. Whoever asks only one
 * of them tells the caller that a commit was made that was not.
 */
for (const actions of BATCHES) {
  const name = actions.map(([, action]) => action).join(", ");
  it(`a batch is a conflict, and writes nothing, whichever of its conditions fail: ${name}`, async () => {
    const path = join(testFolder(), "storage");
    const engine = await engineFor(actions, path);
    const neighbour = new Neighbour(path);
    const before = neighbour.all();
    const write = async (whenApplied: () => void): Promise<void> => {
      const changes = changesOf(actions, whenApplied);
      await engine.write(changes, { base: undefined, durability: POWER_LOSS });
    };
    for (const changes of interferences(actions)) {
      let expected: unknown;
      const writing = write(() => {
        neighbour.commit(...changes);
        expected = neighbour.all();
      });
      await expect(writing, JSON.stringify(changes)).rejects.toMatchObject(CONFLICT);
      expect(neighbour.all()).toEqual(expected);
      neighbour.commit(...changes.map(([key]): Change => [key, before.get(key) ?? null]));
      expect(neighbour.all()).toEqual(before);
    }
    // The same batch is written as soon as nobody interferes.
    await write(() => {});
    const containers = [...neighbour.all().keys()].filter((key) => key.startsWith("c"));
    expect(containers).toEqual(["ca", "cb", "cc", "ce", "cf"]);
    await engine.close();
  });
}

/**
 * lmdb-js compares a value as a number of 64 bits. A number that is not exact, or no number, would
 * be equal to others or never to itself.
 */
it("a condition tells values apart that differ in any one character", async () => {
  const path = join(testFolder(), "storage");
  const actions: Actions = [["a", "keep"]];
  const engine = await engineFor(actions, path);
  const neighbour = new Neighbour(path);
  const write = async (change: Change): Promise<void> => {
    const changes = changesOf(actions, () => neighbour.commit(change));
    await engine.write(changes, { base: undefined, durability: POWER_LOSS });
  };
  for (const mark of ["00000001", "!!!!!!!!", "~~~~~~~~", "zzzzzzzz", "!~!~!~!~", "~!~!~!~!"]) {
    neighbour.commit(["ca", mark]);
    for (let at = 0; at < 8; at++) {
      const code = mark.charCodeAt(at);
      const other = String.fromCharCode(code === 0x7e ? code - 1 : code + 1);
      const changed = mark.slice(0, at) + other + mark.slice(at + 1);
      await expect(write(["ca", changed]), changed).rejects.toMatchObject(CONFLICT);
      neighbour.commit(["ca", mark]);
    }
    await write(["ca", mark]);
    expect(neighbour.all().get(`d${mark}key`)).toBe("new");
  }
  await engine.close();
});

/**
 * The same with a base, which is one condition: the stamp of the newest commit. Also for a batch
 * that lmdb-js hands over in many parts.
 */
it("a large commit on a snapshot that is no longer the newest writes nothing", async () => {
  const path = await newStorage();
  const neighbour = new Neighbour(path);
  await using storage = await LmdbStorage.open(path);
  await storage.begin();
  await storage.clearContainer("c");
  await storage.addContainer("d");
  await storage.setContainerItems(
    "c",
    Array.from({ length: 20_000 }, (_, i) => [`key ${i}`, `value ${i}`]),
  );
  neighbour.commit(["v", "another."]);
  const before = neighbour.all();
  await expect(storage.commit()).rejects.toMatchObject(CONFLICT);
  expect(neighbour.all()).toEqual(before);
});

/**
 * What is on the pages of LMDB where the state of the database is told, which it writes in turns.
 */
function metaPages(path: string): { flags: number; betweenThem: Buffer }[] {
  const bytes = readFileSync(join(path, "data.mdb"));
  return [0, 4096].map((page) => ({
    flags: bytes.readUInt16LE(page + 52),
    betweenThem: bytes.subarray(page + 2048, page + 4096),
  }));
}

/**
 * lmdb-js lets others see a commit before it is synced, by default. What somebody has read, and
 * acted upon, may be gone after a loss of power. A database in that mode tells which commits are
 * synced, in a mark of the commit and on half a page of its own.
 */
it("nobody can see a commit before it is on the disk", async () => {
  const path = await newStorage();
  await using storage = await LmdbStorage.open(path);
  for (let i = 0; i < 4; i++) {
    await storage.setContainerItem("c", "key", i);
    await storage.transaction((tx) => tx.setContainerItem("c", "key", `${i} in a transaction`));
    const empty = { flags: 0x8, betweenThem: Buffer.alloc(2048) };
    expect(metaPages(path)).toEqual([empty, empty]);
  }
});
