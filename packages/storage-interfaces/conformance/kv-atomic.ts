/** Many callers at once: each does all of its work between two others. */
import { defineStorage } from "@caterpillar/storage-core/driver";
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import { entriesOf, type KVTests, refused } from "./kv-place.ts";

const more = (current: string | undefined): string => String(Number(current ?? 0) + 1);

const moreLater = async (current: string | undefined): Promise<string> => {
  await new Promise((resolve) => setImmediate(resolve));
  return more(current);
};

const HUNDRED = Array.from({ length: 100 }, (_, i) => i);

export const atomicTests: KVTests = {
  "update() reads, changes, makes and deletes": async (place) => {
    const kv = await place.kv();
    expect(await kv.update("k", (current) => `${current}!`)).toBe("undefined!");
    expect(await kv.update("k", (current) => `${current}!`)).toBe("undefined!!");
    expect(await kv.update("k", () => undefined)).toBeUndefined();
    expect(await kv.has("k")).toBe(false);
    expect(await kv.update("k", async (current) => current ?? "made")).toBe("made");
    expect(await kv.update("k", async () => undefined)).toBeUndefined();
    expect(await kv.has("k")).toBe(false);
  },

  "update() with a function that fails, or answers no text, changes nothing": async (place) => {
    const kv = await place.kv();
    await kv.set("k", "1");
    const failure = new Error("the function's own");
    const fail = (): never => {
      throw failure;
    };
    await expect(kv.update("k", fail)).rejects.toBe(failure);
    await expect(kv.update("k", async () => fail())).rejects.toBe(failure);
    await expect(kv.update("k", () => Promise.reject(failure))).rejects.toBe(failure);
    for (const wrong of [null, {}, Symbol("x"), "\ud800"] as never[]) {
      await refused(
        kv.update("k", () => wrong),
        "TypeError",
      );
      await refused(
        kv.update("k", async () => wrong),
        "TypeError",
      );
    }
    await refused(kv.update("k", "text" as never), "TypeError");
    expect(await entriesOf(kv)).toEqual([["k", "1"]]);
  },

  "a function that answers a promise without being async is asked once": async (place) => {
    const kv = await place.kv();
    await kv.set("k", "1");
    const asked: (string | undefined)[] = [];
    const answer = await kv.update("k", (current) => {
      asked.push(current);
      return moreLater(current);
    });
    expect(answer).toBe("2");
    expect(asked).toEqual(["1"]);
    expect(await kv.get("k")).toBe("2");
  },

  "100 callers of update() at once lose nothing, and each sees what the one before has made":
    async (place) => {
      const kv = await place.kv();
      const answers = await Promise.all(HUNDRED.map(() => kv.update("n", more)));
      expect(await kv.get("n")).toBe("100");
      expect(answers.map(Number).sort((a, b) => a - b)).toEqual(HUNDRED.map((i) => i + 1));
    },

  "100 callers of update() with an async function lose nothing": async (place) => {
    const kv = await place.kv();
    await Promise.all(HUNDRED.map(() => kv.update("n", moreLater)));
    expect(await kv.get("n")).toBe("100");
  },

  "100 callers in one transaction lose nothing, whether their functions are async or not": async (
    place,
  ) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await storage.transaction(async (tx) => {
      const view = kv.in(tx);
      await Promise.all(HUNDRED.map((i) => view.update("n", i % 2 === 0 ? more : moreLater)));
    });
    expect(await kv.get("n")).toBe("100");
  },

  "async and plain updates, on two views of two storages at once, lose nothing": async (place) => {
    const views = [new KVStore(await place.create()), new KVStore(await place.open())];
    await Promise.all(HUNDRED.map((i) => views[i % 2]?.update("n", i % 4 < 2 ? more : moreLater)));
    for (const kv of views) expect(await kv.get("n")).toBe("100");
  },

  "of 100 callers of setIfAbsent() and of delete(), one is told that it was the one": async (
    place,
  ) => {
    const kv = await place.kv();
    const set = await Promise.all(HUNDRED.map((i) => kv.setIfAbsent("k", i)));
    expect(set.filter(Boolean)).toHaveLength(1);
    expect(await kv.get("k")).toBe(String(set.indexOf(true)));
    const deleted = await Promise.all(HUNDRED.map(() => kv.delete("k")));
    expect(deleted.filter(Boolean)).toHaveLength(1);
  },

  "setMany() is never seen in part": async (place) => {
    const kv = await place.kv();
    const other = new KVStore(await place.open());
    const keys = ["a", "b", "c"];
    const setAll = (value: number): Promise<void> => kv.setMany(keys.map((key) => [key, value]));
    await setAll(0);
    let writing = true;
    const write = async (): Promise<void> => {
      for (const i of HUNDRED) await setAll(i);
      writing = false;
    };
    const written = write();
    const seen = new Set<string | undefined>();
    while (writing) {
      const values = new Set((await other.getMany(keys)).map(([, value]) => value));
      expect(values.size).toBe(1);
      for (const value of values) seen.add(value);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    expect(seen.size).toBeGreaterThan(1);
  },

  "calls take effect in the order in which they are made": async (place) => {
    const kv = await place.kv();
    await kv.set("k", "0");
    const answers = await Promise.all([
      kv.get("k"),
      kv.set("k", "1"),
      kv.get("k"),
      kv.getMany(["k"]),
      kv.deleteMany(["k"]),
      kv.has("k"),
      kv.setIfAbsent("k", "2"),
      kv.update("k", more),
      kv.delete("k"),
      kv.set("k", "last"),
      kv.count(),
    ]);
    expect(answers).toEqual([
      "0",
      undefined,
      "1",
      [["k", "1"]],
      undefined,
      false,
      true,
      "3",
      true,
      undefined,
      1,
    ]);
    expect(await kv.get("k")).toBe("last");
  },

  "a thousand set() at once share a few commits": async (place) => {
    const { driver } = place.target.storage;
    let commits = 0;
    const counted = defineStorage({
      name: `counted ${driver.name}`,
      facts: driver.facts,
      async open(path, options) {
        const engine = await driver.open(path, options);
        return {
          snapshot: (durability) => engine.snapshot(durability),
          write(changes, how) {
            commits++;
            return engine.write(changes, how);
          },
          close: () => engine.close(),
        };
      },
    });
    const storage = await counted.open(place.path, { create: true });
    try {
      const kv = new KVStore(storage);
      await kv.set("first", "x");
      for (const view of [kv, kv.namespace("made now")]) {
        commits = 0;
        await Promise.all(Array.from({ length: 1000 }, (_, i) => view.set(i, i)));
        // Some four on a quiet machine; more on a busy one, where turns of the event loop are used up when they begin.
        expect(commits).toBeLessThan(1000);
      }
      expect(await kv.count()).toBe(1001);
    } finally {
      await storage.close();
    }
  },
};
