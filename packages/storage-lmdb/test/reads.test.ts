/** Snapshots, which are read transactions of LMDB. */
import { join } from "node:path";
import type { Changes, Engine, Snapshot } from "@caterpillar/storage-core/driver";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { describe, expect, it } from "vitest";
import { newStorage, testFolder } from "./fixtures/folder.ts";
import { Neighbour } from "./fixtures/neighbour.ts";

const ALL = { start: "", end: undefined, reverse: false, limit: 1000, bytes: 1 << 20 };

async function openEngine(path: string): Promise<Engine> {
  return await LmdbStorage.driver.open(path, { create: false, readonly: false });
}

async function write(engine: Engine, ...changes: Omit<Changes[number], "size">[]): Promise<void> {
  const sized = changes.map((change) => ({ ...change, size: [...change.entries].length }));
  await engine.write(sized, { base: undefined, durability: "power-loss" });
}

/** What a snapshot answers to every read. */
async function everything(snapshot: Snapshot, keys: readonly string[]): Promise<unknown> {
  const containers = await snapshot.containers();
  const read = async (name: string) => ({
    name,
    has: await snapshot.has(name),
    count: await snapshot.count(name),
    each: await Promise.all(keys.map(async (key) => `${await snapshot.get(name, key, "text")}`)),
    many: (await snapshot.getMany(name, keys, "text")).map((value) => `${value}`),
    present: (await snapshot.getMany(name, keys, "presence")).map((value) => value !== undefined),
    keys: await snapshot.keys(name, ALL),
    backwards: await snapshot.keys(name, { ...ALL, reverse: true }),
    page: (await snapshot.page(name, ALL, "text")).items.map(([key, value]) => `${key}: ${value}`),
  });
  return { containers, contents: await Promise.all(containers.map(read)) };
}

/**
 * All reads of one turn of the event loop share a read transaction in lmdb-js. A transaction that
 * began after them in the same turn saw an old state, so that what was committed before it began
 * was a conflict, or was missed.
 */
it("each snapshot sees the newest commit, however many are taken in one turn of the event loop", async () => {
  const path = await newStorage();
  const neighbour = new Neighbour(path);
  const [key] = [...neighbour.all().keys()].filter((name) => name.startsWith("d"));
  const engine = await openEngine(path);
  let turns = 0;
  const turn = setImmediate(() => turns++);
  const taken: { snapshot: Snapshot; value: string }[] = [];
  for (let i = 0; i < 5; i++) {
    neighbour.commit([key as string, `state ${i}`]);
    // Two of the same state, one of which is closed at once, must not end the other one.
    for (let copy = 0; copy < 2; copy++) {
      const snapshot = await engine.snapshot("power-loss");
      taken.push({ snapshot, value: `state ${i}` });
    }
    const brief = await engine.snapshot("power-loss");
    expect(`${await brief.get("c", "key", "text")}`).toBe(`state ${i}`);
    await brief.close();
    for (const { snapshot, value } of taken) {
      expect(`${await snapshot.get("c", "key", "text")}`).toBe(value);
    }
  }
  expect(turns).toBe(0);
  clearImmediate(turn);
  // Nor does the next turn, in which lmdb-js lets go of what the last one has read.
  await new Promise(setImmediate);
  neighbour.commit([key as string, "later"]);
  for (const { snapshot, value } of taken) {
    const { items } = await snapshot.page("c", ALL, "text");
    expect(items.map(([name, bytes]) => [name, `${bytes}`])).toEqual([["key", value]]);
    await snapshot.close();
  }
  await engine.close();
});

/**
 * `getMany` of lmdb-js, its counts and its statistics take no transaction, and answer what is
 * newest.
 */
it("every kind of read answers what its snapshot holds, whatever was committed since", async () => {
  const engine = await openEngine(await newStorage());
  await write(engine, {
    container: "old",
    action: "create",
    entries: [
      ["changed", "1"],
      ["deleted", "2"],
      ["same", "3"],
    ],
  });
  const keys = ["added", "changed", "deleted", "key", "same", "changed"];
  const snapshot = await engine.snapshot("power-loss");
  const before = await everything(snapshot, keys);
  const fresh = await engine.snapshot("power-loss");
  await write(
    engine,
    { container: "c", action: "delete", entries: [] },
    { container: "new", action: "create", entries: [["key", "new"]] },
    {
      container: "old",
      action: "keep",
      entries: [
        ["added", "4"],
        ["changed", "5"],
        ["deleted", null],
      ],
    },
  );
  // One that has not read before answers the same as one that has.
  expect(await everything(fresh, keys)).toEqual(before);
  expect(await everything(snapshot, keys)).toEqual(before);
  await write(engine, { container: "old", action: "clear", entries: [["changed", "6"]] });
  expect(await everything(snapshot, keys)).toEqual(before);
  const now = await engine.snapshot("power-loss");
  expect(await now.containers()).toEqual(["new", "old"]);
  expect((await now.getMany("old", keys, "text")).map((value) => value && `${value}`)).toEqual([
    undefined,
    "6",
    undefined,
    undefined,
    undefined,
    "6",
  ]);
  for (const one of [snapshot, fresh, now]) await one.close();
  await engine.close();
});

/**
 * While a transaction of lmdb-js is open for writing, reads of the same thread see what it has
 * written so far, also those of a snapshot. A commit is handed over whole for that reason.
 */
it("nothing of a commit is seen before all of it is", async () => {
  await using storage = await LmdbStorage.open(await newStorage());
  const keys = Array.from({ length: 3000 }, (_, i) => `key ${i}`);
  await storage.setContainerItems(
    "c",
    keys.map((key) => [key, "0"]),
  );
  await storage.begin();
  await using beside = await LmdbStorage.open(storage.path);
  let turnsInBetween = 0;
  for (let n = 1; n <= 5; n++) {
    let committed = false;
    const commit = beside
      .setContainerItems(
        "c",
        keys.map((key) => [key, n]),
      )
      .then(() => {
        committed = true;
      });
    while (!committed) {
      await using fresh = await LmdbStorage.open(storage.path);
      const seen = new Set((await fresh.getContainerItems("c", keys)).map(([, value]) => value));
      expect(seen.size).toBe(1);
      const pinned = await storage.getContainerItems("c", [keys[0], keys.at(-1)] as string[]);
      expect(pinned.map(([, value]) => value)).toEqual(["0", "0"]);
      turnsInBetween++;
      await new Promise(setImmediate);
    }
    await commit;
    expect(await beside.getContainerItem("c", "key 2999")).toBe(`${n}`);
  }
  expect(turnsInBetween).toBeGreaterThan(5);
});

/** LMDB goes over the keys of a container itself, a thousand at a time, and does not look where the container ends while it does. */
describe("the count", () => {
  it.each([0, 1, 999, 1000, 1001, 2000, 2001])(
    "of %i items between two others is exact",
    async (size) => {
      await using storage = await LmdbStorage.open(join(testFolder(), "storage"), { create: true });
      for (const name of ["a", "b", "c"]) await storage.addContainer(name);
      const neighbour = Array.from({ length: 1500 }, (_, i) => [`k${i}`, "v"] as const);
      await storage.setContainerItems("a", neighbour);
      await storage.setContainerItems(
        "b",
        Array.from({ length: size }, (_, i) => [`k${i}`, "v"]),
      );
      await storage.setContainerItems("c", neighbour);
      expect(await storage.getContainerLen("b")).toBe(size);
      await storage.begin();
      await storage.setContainerItems("b", { k0: "again", new: "v" });
      expect(await storage.getContainerLen("b")).toBe(size === 0 ? 2 : size + 1);
    },
  );
});
