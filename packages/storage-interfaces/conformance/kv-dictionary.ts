/** Every method does what its name says. */
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import { allRefused, entriesOf, type KVTests, listOf, refused } from "./kv-place.ts";

async function* later<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await new Promise((resolve) => setImmediate(resolve));
    yield item;
  }
}

const LETTERS = { a: "1", b: "2", c: "3", d: "4" };

export const dictionaryTests: KVTests = {
  "has, delete, count, size, clear and getOrDefault": async (place) => {
    const kv = await place.kv();
    expect(await kv.count()).toBe(0);
    await kv.setMany(LETTERS);
    expect([await kv.has("a"), await kv.has("z")]).toEqual([true, false]);
    expect([await kv.count(), await kv.size()]).toEqual([4, 4]);
    expect([await kv.delete("a"), await kv.delete("a"), await kv.delete("z")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([await kv.has("a"), await kv.get("a")]).toEqual([false, undefined]);
    expect([await kv.getOrDefault("b", "x"), await kv.getOrDefault("a", "x")]).toEqual(["2", "x"]);
    await kv.set("empty", "");
    expect(await kv.getOrDefault("empty", "x")).toBe("");
    expect(await kv.getOrDefault("a", null)).toBeNull();
    await kv.clear();
    expect([await kv.count(), await kv.has("b"), await entriesOf(kv)]).toEqual([0, false, []]);
    await kv.set("a", "again");
    expect(await entriesOf(kv)).toEqual([["a", "again"]]);
  },

  "setMany takes a Map, an object, an iterable and an async iterable; the last of several holds":
    async (place) => {
      const kv = await place.kv();
      const pairs: [string, string | number][] = [
        ["b", "x"],
        ["a", 1],
        ["b", 2],
      ];
      const forms = [
        new Map(pairs),
        Object.fromEntries(pairs),
        pairs,
        new Set(pairs),
        pairs.values(),
        later(pairs),
      ];
      for (const items of forms) {
        await kv.clear();
        await kv.setMany(items);
        expect(await entriesOf(kv)).toEqual([
          ["a", "1"],
          ["b", "2"],
        ]);
      }
      await kv.setMany([]);
      await kv.setMany({});
      expect(await kv.count()).toBe(2);
      for (const wrong of [
        null,
        undefined,
        1,
        "ab",
        new Date(),
        ["ab"],
        [["a"]],
        [["a", "b", "c"]],
      ] as never[]) {
        await refused(kv.setMany(wrong), "TypeError");
      }
      expect(await kv.count()).toBe(2);
    },

  "setMany is all or nothing": async (place) => {
    const kv = await place.kv();
    await kv.set("a", "old");
    await refused(
      kv.setMany([
        ["a", "new"],
        ["k".repeat(1025), "x"],
      ]),
      "LIMIT",
    );
    const failure = new Error("the iterable's own");
    const failing = async function* (): AsyncGenerator<[string, string]> {
      yield* later<[string, string]>([
        ["a", "new"],
        ["b", "new"],
      ]);
      throw failure;
    };
    await expect(kv.setMany(failing())).rejects.toBe(failure);
    expect(await entriesOf(kv)).toEqual([["a", "old"]]);
  },

  "a thousand at once, set, read and deleted": async (place) => {
    const kv = await place.kv();
    await kv.set("0500", "before");
    const before = await kv.info("0500");
    const keys = Array.from({ length: 1000 }, (_, i) => String(i).padStart(4, "0"));
    await kv.setMany(keys.map((key) => [key, `v${key}`] as const));
    expect(await entriesOf(kv)).toEqual(keys.map((key) => [key, `v${key}`]));
    expect((await kv.info("0500"))?.created).toEqual(before?.created);
    expect(await kv.getMany(keys)).toEqual(keys.map((key) => [key, `v${key}`]));
    await kv.deleteMany(keys.filter((key) => key !== "0007"));
    expect(await listOf(kv.keys())).toEqual(["0007"]);
  },

  "getMany answers in the order asked, with duplicates and what is missing; deleteMany takes what is there":
    async (place) => {
      const kv = await place.kv();
      await kv.setMany(LETTERS);
      const asked = ["c", "z", "a", "c"];
      const answer = [
        ["c", "3"],
        ["z", undefined],
        ["a", "1"],
        ["c", "3"],
      ];
      expect(await kv.getMany(asked)).toEqual(answer);
      expect(await kv.getMany(asked.values())).toEqual(answer);
      expect(await kv.getMany(later(asked))).toEqual(answer);
      expect(await kv.getMany([])).toEqual([]);
      await kv.deleteMany(new Set(["a", "z"]));
      await kv.deleteMany(later(["b"]));
      await kv.deleteMany([]);
      expect(await listOf(kv.keys())).toEqual(["c", "d"]);
      for (const wrong of [null, undefined, "ab", 1, {}] as never[]) {
        await refused(kv.getMany(wrong), "TypeError");
        await refused(kv.deleteMany(wrong), "TypeError");
      }
    },

  "collections are read at the call": async (place) => {
    const kv = await place.kv();
    const items = new Map([["a", "1"]]);
    const set = kv.setMany(items);
    items.set("b", "2");
    await set;
    expect(await entriesOf(kv)).toEqual([["a", "1"]]);
  },

  "keys, values and entries take the core's ranges": async (place) => {
    const kv = await place.kv();
    await kv.setMany({ ...LETTERS, "b/1": "x", "b/2": "y" });
    expect(await listOf(kv.keys())).toEqual(["a", "b", "b/1", "b/2", "c", "d"]);
    expect(await listOf(kv.keys({ gt: "a", lte: "b/1" }))).toEqual(["b", "b/1"]);
    expect(await listOf(kv.keys({ gte: "c", lt: "d" }))).toEqual(["c"]);
    expect(await listOf(kv.values({ prefix: "b/" }))).toEqual(["x", "y"]);
    const last = await listOf(kv.entries({ reverse: true, limit: 2 }));
    expect(last).toEqual([
      ["d", "4"],
      ["c", "3"],
    ]);
    for (const wrong of [{ limit: -1 }, { from: "a" }, null, { gt: {} }] as never[]) {
      for (const walk of ["keys", "values", "entries"] as const) {
        expect(() => kv[walk](wrong), walk).toThrow(TypeError);
      }
    }
  },

  "keys are in the order of their UTF-8 bytes": async (place) => {
    const kv = await place.kv();
    const ordered = ["", "\0", "10", "9", "A", "a", "é", "\ue000", "𐀀"];
    await kv.setMany(ordered.toReversed().map((key) => [key, key] as const));
    expect(await listOf(kv.keys())).toEqual(ordered);
  },

  "an iteration shows the state as of its first next(), whatever its own loop writes": async (
    place,
  ) => {
    const kv = await place.kv();
    await kv.setMany(LETTERS);
    const seen: string[] = [];
    for await (const [key, value] of kv) {
      seen.push(key + value);
      await kv.set(`${key}!`, "new");
      await kv.update("d", (current) => `${current}+`);
      await kv.delete("c");
    }
    expect(seen).toEqual(["a1", "b2", "c3", "d4"]);
    expect(await entriesOf(kv)).toEqual([
      ["a", "1"],
      ["a!", "new"],
      ["b", "2"],
      ["b!", "new"],
      ["c!", "new"],
      ["d", "4++++"],
      ["d!", "new"],
    ]);
  },

  "an iteration that is left early, at an error or unused lets go": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await kv.setMany(LETTERS);
    for await (const _ of kv.keys()) break;
    const iteration = kv.entries();
    expect((await iteration.next()).value).toEqual(["a", "1"]);
    expect(await iteration.return?.()).toEqual({ done: true, value: undefined });
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
    kv.keys();
    const left = kv.values();
    await left.next();
    await storage.close();
    await refused(left.next(), "STORAGE_CLOSED");
    await refused(kv.keys().next(), "STORAGE_CLOSED");
  },

  "setIfAbsent sets once": async (place) => {
    const kv = await place.kv();
    expect([await kv.setIfAbsent("k", "1"), await kv.setIfAbsent("k", "2")]).toEqual([true, false]);
    expect(await kv.get("k")).toBe("1");
    await kv.delete("k");
    expect(await kv.setIfAbsent("k", 3)).toBe(true);
    expect(await kv.get("k")).toBe("3");
  },

  "every method rejects after close()": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await kv.set("k", "1");
    await storage.close();
    const calls = [
      kv.get("k"),
      kv.getBytes("k"),
      kv.getMany(["k"]),
      kv.getOrDefault("k", "x"),
      kv.has("k"),
      kv.info("k"),
      kv.count(),
      kv.size(),
      kv.namespaces(),
      kv.set("k", "2"),
      kv.setBytes("k", new Uint8Array(1)),
      kv.setMany({ k: "2" }),
      kv.setIfAbsent("k", "2"),
      kv.update("k", () => "2"),
      kv.update("k", async () => "2"),
      kv.delete("k"),
      kv.deleteMany(["k"]),
      kv.clear(),
      kv.entries().next(),
    ];
    await allRefused(calls, "STORAGE_CLOSED");
  },

  "a view of anything else is a TypeError": async () => {
    for (const wrong of [undefined, null, {}, "path"] as never[]) {
      expect(() => new KVStore(wrong)).toThrow(TypeError);
    }
  },
};
