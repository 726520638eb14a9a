import { bytes } from "@caterpillar/storage-core";
import type { PageRange } from "@caterpillar/storage-core/driver";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { describe, expect, it } from "vitest";
import { countOpened, type Opened } from "./fixtures/level-calls.ts";
import { all, engineOf, entries, newStorage } from "./fixtures/storages.ts";

const ALL: PageRange = {
  start: "",
  end: undefined,
  reverse: false,
  limit: 256,
  bytes: 1 << 20,
};

/** LevelDB's decoder puts U+FFFD for each byte that it does not understand: what was read and written back would be lost. */
describe("bytes that are not UTF-8, read as text,", () => {
  const TEXTS: Readonly<Record<string, string>> = {
    "a normal": "text",
    "c replaced": "\uFFFD, which somebody has stored",
    "e normal": "語",
    "g nothing": "",
    "i replaced": "\uFFFD".repeat(100),
  };
  const BYTES: Readonly<Record<string, Uint8Array>> = {
    "b latin1": new Uint8Array([0x63, 0x61, 0x66, 0xe9]),
    "d cut off": new Uint8Array([0x61, 0xe2, 0x82]),
    "f surrogate": new Uint8Array([0xed, 0xa0, 0x80]),
    "h overlong": new Uint8Array([0xc0, 0x80]),
  };
  const ENCODING = { name: "StorageEncodingError", code: "ENCODING" };

  it("are an error of their own, and what is beside them is read", async () => {
    await using storage = await newStorage();
    await storage.setContainerItems("c", { ...TEXTS, ...BYTES });
    const container = storage.container("c");
    for (const key of Object.keys(BYTES)) {
      await expect(container.get(key)).rejects.toMatchObject(ENCODING);
      await expect(container.getMany(["a normal", key])).rejects.toMatchObject(ENCODING);
      const reading = container.entries({ gte: key }).next();
      await expect(reading).rejects.toMatchObject(ENCODING);
      expect(await container.has(key)).toBe(true);
    }
    const keys = Object.keys(TEXTS);
    for (const key of keys) {
      expect(await container.get(key)).toBe(TEXTS[key]);
      const [entry] = await all(container.entries({ gte: key, lte: key }));
      expect(entry).toEqual([key, TEXTS[key]]);
    }
    expect(await container.getMany(keys)).toEqual(Object.entries(TEXTS));
    const raw = storage.container("c", { encoding: bytes });
    const encoder = new TextEncoder();
    const expected = [...Object.entries(TEXTS), ...Object.entries(BYTES)]
      .map(([key, value]): [string, Uint8Array] => [
        key,
        typeof value === "string" ? encoder.encode(value) : value,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    expect(await all(raw.entries())).toEqual(expected);
    expect(await container.count()).toBe(expected.length);
  });

  it("do not change the texts in the same page", async () => {
    const storage = await newStorage();
    await storage.setContainerItems("c", { ...TEXTS, ...BYTES });
    await storage.close();
    const engine = await engineOf(storage.path);
    const snapshot = await engine.snapshot("power-loss");
    const page = await snapshot.page("c", ALL, "text");
    const decoder = new TextDecoder("utf-8", { fatal: true });
    for (const [key, value] of page.items) {
      const text = TEXTS[key];
      if (text === undefined) expect(new Uint8Array(value as Uint8Array)).toEqual(BYTES[key]);
      else expect(typeof value === "string" ? value : decoder.decode(value)).toBe(text);
    }
    expect(page.items).toHaveLength(9);
    await snapshot.close();
    await engine.close();
  });
});

/** LevelDB's iterator hands out 16 KiB at a time whatever it is asked for: a page that took that for all there is would leave items out. */
describe("pages", () => {
  const SETS: Readonly<Record<string, { count: number; value: (i: number) => string }>> = {
    "of small values": { count: 1500, value: (i) => `value ${i}` },
    "of values of 4 KB": { count: 600, value: (i) => `${i}`.padStart(4000, "x") },
    "of values of 600 KB": { count: 20, value: (i) => `${i}`.padStart(600_000, "x") },
  };
  for (const [what, { count, value }] of Object.entries(SETS)) {
    it(`${what} are complete and in order, however they are cut`, async () => {
      const items = entries(count, value);
      const storage = await newStorage(undefined, { durability: "process-crash" });
      await storage.addContainer("before");
      await storage.addContainer("d behind");
      for (const container of ["before", "c", "d behind"]) {
        await storage.setContainerItems(container, container === "c" ? items : { stranger: "x" });
      }
      for (const reverse of [false, true]) {
        const expected = reverse ? items.toReversed() : items;
        const found = await all(storage.container("c").entries({ reverse }));
        expect(found.length === count && found.every(isAt(expected))).toBe(true);
      }
      await storage.close();
      const engine = await engineOf(storage.path);
      const snapshot = await engine.snapshot("process-crash");
      for (const reverse of [false, true]) {
        const expected = reverse ? items.toReversed() : items;
        for (const limit of [1, 7, 256, 5000]) {
          for (const cut of [1, 20_000, 1 << 20, Number.POSITIVE_INFINITY]) {
            if (count / limit > 300 || cut === 1) continue;
            const found: (readonly [string, unknown])[] = [];
            let [start, end]: [string, string | undefined] = ["", undefined];
            for (let more = true; more; ) {
              const range = { start, end, reverse, limit, bytes: cut };
              const page = await snapshot.page("c", range, "text");
              expect(page.items.length).toBeLessThanOrEqual(limit);
              found.push(...page.items);
              more = page.more;
              const last = page.items.at(-1)?.[0];
              if (last === undefined) break;
              if (reverse) end = last;
              else start = `${last}\0`;
            }
            expect(found.length === count && found.every(isAt(expected))).toBe(true);
          }
        }
      }
      await snapshot.close();
      await engine.close();
    });
  }

  function isAt(expected: readonly [string, string][]) {
    return ([key, value]: readonly [string, unknown], i: number): boolean =>
      key === expected[i]?.[0] && value === expected[i]?.[1];
  }

  /** Two hundred values of 600 KB in one page would be in memory at once, where the caller takes one at a time. */
  it("of large values are cut by bytes, and small ones are not", async () => {
    const storage = await newStorage();
    await storage.addContainer("small");
    await storage.setContainerItems(
      "c",
      entries(20, (i) => `${i}`.padStart(600_000, "x")),
    );
    await storage.setContainerItems(
      "small",
      entries(1000, (i) => `value ${i}`),
    );
    await storage.close();
    const engine = await engineOf(storage.path);
    const snapshot = await engine.snapshot("power-loss");
    for (const reverse of [false, true]) {
      const large = await snapshot.page("c", { ...ALL, reverse }, "text");
      const keys = reverse ? ["k000019", "k000018"] : ["k000000", "k000001"];
      expect(large.items.map(([key]) => key)).toEqual(keys);
      expect(large.more).toBe(true);
      expect((await snapshot.page("c", { ...ALL, reverse }, "bytes")).items).toHaveLength(2);
      expect((await snapshot.page("small", { ...ALL, reverse }, "text")).items).toHaveLength(256);
      expect((await snapshot.keys("c", { ...ALL, reverse })).items).toHaveLength(20);
    }
    await snapshot.close();
    await engine.close();
  });
});

/** Each iterator is made anew in LevelDB, at the cost of fifty reads; a snapshot that is left open keeps LevelDB from freeing any space. */
describe("iterators and snapshots", () => {
  const COUNT = 10_000;

  async function filled(): Promise<LevelStorage> {
    const storage = await newStorage(undefined, { durability: "process-crash" });
    await storage.setContainerItems(
      "c",
      entries(COUNT, (i) => `value ${i}`),
    );
    await storage.close();
    return await LevelStorage.open(storage.path, { durability: "process-crash" });
  }

  /** The engine may be looking for garbage in between, after a write. */
  async function expectNoneLeft(opened: Opened): Promise<void> {
    for (let turn = 0; turn < 1000 && opened.open > 0; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(opened.open).toBe(0);
  }

  it("are few in a walk over many items, and gone at its end", async () => {
    await using storage = await filled();
    const container = storage.container("c");
    const walks: (() => AsyncIterable<unknown>)[] = [
      () => container.entries(),
      () => container.values({ reverse: true }),
      () => container.keys(),
    ];
    for (const walk of walks) {
      const iterators = countOpened("iterator");
      const snapshots = countOpened("snapshot");
      expect(await all(walk())).toHaveLength(COUNT);
      expect(iterators.count).toBeGreaterThan(1);
      expect(iterators.count).toBeLessThan(COUNT / 100);
      expect(snapshots.count).toBe(1);
      expect([iterators.open, snapshots.open]).toEqual([0, 0]);
    }
    const iterators = countOpened("iterator");
    expect(await container.count()).toBe(COUNT);
    expect(iterators.count).toBeLessThan(COUNT / 100);
    expect(iterators.open).toBe(0);
  });

  it("are gone when a walk ends early, when a read fails, and when a transaction is over", async () => {
    await using storage = await filled();
    const opened = countOpened("iterator", "snapshot");
    const container = storage.container("c");
    for await (const _ of container.entries()) break;
    await expectNoneLeft(opened);
    const returned = container.keys();
    await returned.next();
    expect(opened.open).toBeGreaterThan(0);
    await returned.return?.();
    await expectNoneLeft(opened);
    const thrown = async (): Promise<void> => {
      for await (const _ of container.values()) throw new Error("the caller's own");
    };
    await expect(thrown()).rejects.toThrow("the caller's own");
    await expect(storage.container("missing").keys().next()).rejects.toMatchObject({
      code: "CONTAINER_NOT_FOUND",
    });
    await expect(storage.getContainerItem("missing", "k")).rejects.toMatchObject({
      code: "CONTAINER_NOT_FOUND",
    });
    await container.set("not text", new Uint8Array([0xff]));
    await expect(container.get("not text")).rejects.toMatchObject({ code: "ENCODING" });
    await expect(all(container.values())).rejects.toMatchObject({ code: "ENCODING" });
    await container.delete("not text");
    await expectNoneLeft(opened);
    await storage.begin();
    await container.keys().next();
    await container.set("k", "v");
    expect(opened.open).toBeGreaterThan(0);
    await storage.commit();
    await expect(
      storage.transaction(async (tx) => {
        await tx.container("c").keys().next();
        throw new Error("the caller's own");
      }),
    ).rejects.toThrow("the caller's own");
    await expectNoneLeft(opened);
    expect(opened.count).toBeGreaterThan(20);
    await using beside = await LevelStorage.open(storage.path);
    await beside.container("c").keys().next();
    expect(opened.open).toBeGreaterThan(0);
    await beside.close();
    await expectNoneLeft(opened);
  });
});
