/** Keys and values: what goes in, and what comes out. */
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import type { KVInput } from "../src/kv-value.ts";
import {
  allRefused,
  clockTick,
  entriesOf,
  type KVTests,
  listOf,
  rawRecord,
  refused,
} from "./kv-place.ts";

/** Text that somebody has once taken for something else. */
const ODD = [
  "",
  " ",
  "\0",
  "a\0b",
  "__proto__",
  "constructor",
  "\ufeffbom",
  "\u{10000}",
  "\ue000",
  "\u00e9",
  "e\u0301",
];

const NO_TEXT = [null, undefined, {}, [], () => "x", Symbol("x"), new Date(), Buffer.from("x")];

const NOT_UTF8 = Uint8Array.of(0xff, 0xfe, 0x00);

export const valueTests: KVTests = {
  "text comes back as it was set, whatever characters it has, as a key and as a value": async (
    place,
  ) => {
    const kv = await place.kv();
    for (const text of ODD) await kv.set(text, text);
    for (const text of ODD) expect(await kv.get(text)).toBe(text);
    expect(await kv.count()).toBe(ODD.length);
    expect(await kv.get("missing")).toBeUndefined();
  },

  "keys take 1,024 bytes of UTF-8, also in a namespace, and no more": async (place) => {
    const kv = await place.kv();
    for (const view of [kv, kv.namespace("n".repeat(400))]) {
      const longest = "é".repeat(512);
      await view.set(longest, "x");
      expect(await view.get(longest)).toBe("x");
      await refused(view.set(`${longest}!`, "x"), "LIMIT");
      expect(await view.count()).toBe(1);
    }
  },

  "numbers, bigints and booleans are turned into text": async (place) => {
    const kv = await place.kv();
    const values: KVInput[] = [0, -0, 1.5, Number.NaN, 10n ** 30n, true, false];
    for (const value of values) {
      await kv.set(value, value);
      expect(await kv.get(value)).toBe(String(value));
      expect(await kv.get(String(value))).toBe(String(value));
    }
  },

  "everything else is a TypeError, and nothing is written": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    for (const wrong of [...NO_TEXT, "\ud800"] as never[]) {
      await refused(kv.set("k", wrong), "TypeError");
      await refused(kv.set(wrong, "v"), "TypeError");
      await refused(kv.setIfAbsent("k", wrong), "TypeError");
      await refused(
        kv.setMany([
          ["a", "1"],
          ["k", wrong],
        ]),
        "TypeError",
      );
      await refused(kv.get(wrong), "TypeError");
      await refused(kv.has(wrong), "TypeError");
      await refused(kv.delete(wrong), "TypeError");
      await refused(kv.getMany([wrong]), "TypeError");
      await refused(kv.deleteMany([wrong]), "TypeError");
    }
    for (const wrong of [null, undefined, "text", 1, {}, [1], new ArrayBuffer(1)] as never[]) {
      await refused(kv.setBytes("k", wrong), "TypeError");
    }
    expect(await storage.listContainers(), "not even a container").toEqual([]);
    expect(await entriesOf(kv)).toEqual([]);
  },

  "bytes and text are two ways to look at one value": async (place) => {
    const kv = await place.kv();
    await kv.set("text", "Grüße");
    expect(await kv.getBytes("text")).toEqual(new TextEncoder().encode("Grüße"));
    await kv.setBytes("bytes", Buffer.from("Grüße"));
    expect(await kv.get("bytes")).toBe("Grüße");
    await kv.setBytes("none", new Uint8Array(0));
    expect(await kv.get("none")).toBe("");
    expect(await kv.getBytes("missing")).toBeUndefined();
  },

  "bytes that are not UTF-8 are read with getBytes(), and every other read of the value says so":
    async (place) => {
      const kv = await place.kv();
      await kv.setBytes("k", NOT_UTF8);
      expect(await kv.getBytes("k")).toEqual(NOT_UTF8);
      const reads = [
        kv.get("k"),
        kv.getOrDefault("k", "x"),
        kv.getMany(["k"]),
        kv.update("k", () => "x"),
        kv.values().next(),
        entriesOf(kv),
      ];
      for (const { message } of await allRefused(reads, "ENCODING")) {
        expect(message).toContain("getBytes()");
      }
      expect(await listOf(kv.keys())).toEqual(["k"]);
      expect(await kv.has("k")).toBe(true);
      expect((await kv.info("k"))?.size).toBe(3);
      expect(await kv.getBytes("k"), "untouched").toEqual(NOT_UTF8);
    },

  "a caller's buffer is read at the call, and what is handed out is the caller's own": async (
    place,
  ) => {
    const kv = await place.kv();
    const mine = Buffer.from("before");
    const set = kv.setBytes("k", mine);
    mine.fill("x");
    await set;
    expect(await kv.get("k")).toBe("before");
    const first = await kv.getBytes("k");
    expect(first?.constructor).toBe(Uint8Array);
    expect(first?.buffer.byteLength, "nothing else lies in its buffer").toBe(6);
    first?.fill(0);
    expect(await kv.get("k")).toBe("before");
  },

  "info() has the times and the size; created survives overwrites, and is new after a delete":
    async (place) => {
      const kv = await place.kv();
      expect(await kv.info("k")).toBeUndefined();
      await kv.set("k", "é");
      const first = await kv.info("k");
      expect(first?.size).toBe(2);
      expect(first?.updated).toEqual(first?.created);
      await clockTick();
      await kv.set("k", "abc");
      const second = await kv.info("k");
      expect(second?.size).toBe(3);
      expect(second?.created).toEqual(first?.created);
      expect(Number(second?.updated)).toBeGreaterThan(Number(first?.updated));
      for (const again of [
        () => kv.setBytes("k", NOT_UTF8),
        () => kv.setMany({ k: "x" }),
        () => kv.update("k", (current) => `${current}!`),
        () => kv.update("k", async (current) => `${current}!`),
      ]) {
        const before = await kv.info("k");
        await clockTick();
        await again();
        const after = await kv.info("k");
        expect(after?.created).toEqual(first?.created);
        expect(Number(after?.updated)).toBeGreaterThan(Number(before?.updated));
      }
      const last = await kv.info("k");
      await clockTick();
      expect(await kv.setIfAbsent("k", "y")).toBe(false);
      expect(await kv.info("k"), "an entry that was left alone").toEqual(last);
      await kv.delete("k");
      expect(await kv.info("k")).toBeUndefined();
      await kv.set("k", "new");
      expect(Number((await kv.info("k"))?.created)).toBeGreaterThan(Number(last?.updated));
    },

  "an entry is stored in the layout that is documented": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await kv.set("k", "before");
    await clockTick();
    await kv.set("k", "value");
    const info = await kv.info("k");
    const record = await rawRecord(storage, "k");
    const header = new DataView(record.buffer, record.byteOffset);
    expect(record[0]).toBe(1);
    expect(header.getFloat64(1)).toBe(Number(info?.created));
    expect(header.getFloat64(9)).toBe(Number(info?.updated));
    expect(Buffer.from(record.subarray(17)).toString()).toBe("value");
  },
};
