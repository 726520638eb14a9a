/** Namespaces: nothing bleeds from one into another. */
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import { entriesOf, type KVTests, listOf, refused } from "./kv-place.ts";

/** Paths that some encoding would take for each other. */
const ALIKE = [
  [],
  ["a"],
  ["a", "b"],
  ["a.b"],
  ["a_b"],
  ["a", "b.c"],
  ["a.b", "c"],
  ["a", "b", "c"],
  ["a.b.c"],
  ["ab"],
  ["1.a"],
  ["a1.b"],
  ["3.a.b"],
  ["b1.a"],
  ["b", "a"],
  ["1"],
  ["1."],
  ["."],
  ["a", "1.a"],
  ["\0"],
  ["\0", "\0"],
  ["\0\0"],
  ["A"],
  ["\u00e9"],
  ["e\u0301"],
  ["𐀀"],
  ["__proto__"],
  ["/"],
  ["kv"],
  ["bh_kv"],
  [" "],
  ["a "],
];

const KEYS = ["", "a", "b", "b.c", "a.b", "1.a", "1.ak", "c", "\0"];

const at = (kv: KVStore, path: readonly string[]): KVStore =>
  path.reduce((view, name) => view.namespace(name), kv);

export const namespaceTests: KVTests = {
  "entries of namespaces that look alike stay apart": async (place) => {
    const kv = await place.kv();
    for (const path of ALIKE) {
      await at(kv, path).setMany(KEYS.map((key) => [key, JSON.stringify([path, key])] as const));
    }
    const check = async (cleared: number): Promise<void> => {
      for (const [i, path] of ALIKE.entries()) {
        const view = at(kv, path);
        const expected = i <= cleared ? [] : KEYS.map((key) => [key, JSON.stringify([path, key])]);
        expect(Object.fromEntries(await entriesOf(view)), path.join("|")).toEqual(
          Object.fromEntries(expected),
        );
        expect(await view.count()).toBe(expected.length);
      }
    };
    await check(-1);
    for (const i of [0, 1, 2]) {
      await at(kv, ALIKE[i] as string[]).clear();
      await check(i);
    }
  },

  "namespaces() lists those directly in it, in order": async (place) => {
    const kv = await place.kv();
    expect(await kv.namespaces()).toEqual([]);
    for (const name of ["bb", "a", "\ue000", "𐀀", "1.x", "_"])
      await kv.namespace(name).set("k", "v");
    await kv.namespace("outer").namespace("inner").set("k", "v");
    await kv.namespace("a").namespace("in a").set("k", "v");
    expect(await kv.namespaces()).toEqual(["1.x", "_", "a", "bb", "outer", "\ue000", "𐀀"]);
    expect(await kv.namespace("outer").namespaces()).toEqual(["inner"]);
    expect(await kv.namespace("a").namespaces()).toEqual(["in a"]);
    expect(await kv.namespace("bb").namespaces()).toEqual([]);
    expect(await kv.namespace("never").namespaces()).toEqual([]);
    await kv.namespace("a").clear();
    expect(await kv.namespaces()).toContain("a");
  },

  "one that was never written to reads as empty, and leaves no trace": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await kv.set("k", "1");
    const before = await storage.listContainers();
    const view = kv.namespace("n").namespace("m");
    expect(await view.get("k")).toBeUndefined();
    expect(await view.getBytes("k")).toBeUndefined();
    expect(await view.getMany(["k", "l"])).toEqual([
      ["k", undefined],
      ["l", undefined],
    ]);
    expect(await view.getOrDefault("k", "x")).toBe("x");
    expect(await view.info("k")).toBeUndefined();
    expect([await view.has("k"), await view.count(), await entriesOf(view)]).toEqual([
      false,
      0,
      [],
    ]);
    expect([await listOf(view.keys()), await listOf(view.values())]).toEqual([[], []]);
    expect([await view.delete("k"), await view.deleteMany(["k"]), await view.clear()]).toEqual([
      false,
      undefined,
      undefined,
    ]);
    expect(await storage.listContainers()).toEqual(before);
    await view.set("k", "2");
    expect(await storage.listContainers()).toEqual([...before, "bh_kv_1.n1.m"].sort());
    expect([await view.get("k"), await kv.get("k"), await kv.namespace("n").get("k")]).toEqual([
      "2",
      "1",
      undefined,
    ]);
  },

  "any first write makes it": async (place) => {
    const kv = await place.kv();
    const writes: ((view: KVStore) => Promise<unknown>)[] = [
      (view) => view.set("k", "v"),
      (view) => view.setBytes("k", Buffer.from("v")),
      (view) => view.setMany({ k: "v" }),
      (view) => view.setIfAbsent("k", "v"),
      (view) => view.update("k", () => "v"),
      (view) => view.update("k", async () => "v"),
    ];
    for (const [i, write] of writes.entries()) {
      const view = kv.namespace(String(i));
      await write(view);
      expect(await entriesOf(view)).toEqual([["k", "v"]]);
    }
  },

  "100 first writers at once make it together": async (place) => {
    const views = [new KVStore(await place.create()), new KVStore(await place.open())];
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    await Promise.all(numbers.map((i) => views[i % 2]?.namespace("n").set(i, i)));
    await Promise.all(
      numbers.map((i) =>
        views[i % 2]?.namespace("m").update("n", (n) => String(Number(n ?? 0) + 1)),
      ),
    );
    expect(await views[0]?.namespace("n").count()).toBe(100);
    expect(await views[1]?.namespace("m").get("n")).toBe("100");
  },

  "a name that cannot be one is refused at once": async (place) => {
    const kv = await place.kv();
    for (const wrong of [undefined, null, 1, {}, "\ud800"] as never[]) {
      expect(() => kv.namespace(wrong)).toThrow(TypeError);
    }
    expect(() => kv.namespace("")).toThrow(expect.objectContaining({ code: "LIMIT" }));
    // bh_kv_ and the length and its dot take 10 bytes of the 512.
    const longest = "n".repeat(502);
    await kv.namespace(longest).set("k", "v");
    expect(await kv.namespaces()).toEqual([longest]);
    expect(() => kv.namespace(`${longest}n`)).toThrow(/namespace's name is too long/);
    expect(() => kv.namespace("é".repeat(252))).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(() => kv.namespace(longest).namespace("n")).toThrow(
      expect.objectContaining({ code: "LIMIT" }),
    );
    let deep = kv;
    for (let i = 0; i < 100; i++) deep = deep.namespace("d");
    await deep.set("k", "deep");
    expect(await deep.get("k")).toBe("deep");
  },

  "in a read-only storage": async (place) => {
    const kv = await place.kv();
    await kv.namespace("n").set("k", "v");
    const reader = new KVStore(await place.open({ readonly: true }));
    expect(await reader.namespaces()).toEqual(["n"]);
    expect(await reader.namespace("n").get("k")).toBe("v");
    expect(await entriesOf(reader.namespace("never"))).toEqual([]);
    await refused(reader.namespace("never").set("k", "v"), "STORAGE_READONLY");
    await refused(reader.namespace("n").clear(), "STORAGE_READONLY");
  },
};
