/**
 * What each operation asks of an engine, as counts: they are the same on any machine, busy or not, and a slow path that comes back changes
 * them. Fewer calls than these are welcome, and are written down here.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Container, Storage } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Calls, type CountingDriver, countingDriver } from "./counting-driver.ts";

/** The first page of the core has so many entries, and the next ones so many. */
const [FIRST_PAGE, PAGE] = [256, 1024];
const ENTRIES = 1000;

/** A read on its own: it pins a state, looks whether the container is there, reads, and lets go. */
const READ: Calls = { snapshot: 1, has: 1, close: 1 };
/** A write that looks at the state first: the same, with a commit in place of the reading. */
const LOOK_AND_WRITE: Calls = { ...READ, write: 1 };
/** One that sets items where items were set before: nothing but the commit. */
const WRITE: Calls = { write: 1 };

describe.each([
  ["sqlite", SqliteStorage],
  ["lmdb", LmdbStorage],
  ["leveldb", LevelStorage],
  ["memory", MemoryStorage],
] as const)("on %s", (name, opener) => {
  let folder: string;
  let counted: CountingDriver;
  let storage: Storage;
  let items: Container<string | number | bigint | boolean | Uint8Array, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bench-"));
    counted = countingDriver(opener.driver);
    storage = await counted.storage.open(join(folder, name), { create: true });
    await storage.addContainer("items");
    items = storage.container("items");
    await items.setMany(Array.from({ length: ENTRIES }, (_, i) => [keyOf(i), `value ${i}`]));
  });

  afterAll(async () => {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The calls that an action makes. */
  async function callsOf(action: () => Promise<unknown>): Promise<Calls> {
    counted.take();
    await action();
    return counted.take();
  }

  it("a get is one get, and so is a missing one", async () => {
    expect(await callsOf(() => items.get(keyOf(1)))).toEqual({ newest: 1 });
    expect(await callsOf(() => items.get("missing"))).toEqual({ newest: 1 });
    expect(await callsOf(() => items.has(keyOf(1)))).toEqual({ newest: 1 });
  });

  it("a hundred keys are one call", async () => {
    const keys = Array.from({ length: 100 }, (_, i) => keyOf(i * 7));
    expect(await callsOf(() => items.getMany(keys))).toEqual({ ...READ, getMany: 1 });
  });

  it("a scan is one snapshot, and a call for each page", async () => {
    const pages = 1 + Math.ceil((ENTRIES - FIRST_PAGE) / PAGE);
    const all = { ...READ, items: ENTRIES };
    expect(await callsOf(() => collect(items.entries()))).toEqual({ ...all, page: pages });
    expect(await callsOf(() => collect(items.values()))).toEqual({ ...all, page: pages });
    expect(await callsOf(() => collect(items.keys()))).toEqual({ ...all, keys: pages });
  });

  it("a range within a page, and one with a limit, is one call for what is in it", async () => {
    expect(await callsOf(() => collect(items.entries({ prefix: "key 00" })))).toEqual({
      ...READ,
      page: 1,
      items: 100,
    });
    expect(await callsOf(() => collect(items.entries({ gt: keyOf(3), limit: 10 })))).toEqual({
      ...READ,
      page: 1,
      items: 10,
    });
  });

  it("a count is one call", async () => {
    expect(await callsOf(() => items.count())).toEqual({ ...READ, count: 1 });
  });

  it("a set, a delete and a clear are one write, and read no item", async () => {
    expect(await callsOf(() => items.set(keyOf(1), "new"))).toEqual(WRITE);
    expect(await callsOf(() => items.delete(keyOf(1)))).toEqual(WRITE);
    await storage.addContainer("other");
    await storage.container("other").setMany([["a", "b"]]);
    expect(await callsOf(() => storage.container("other").clear())).toEqual(LOOK_AND_WRITE);
  });

  it("a thousand items in one call are one write", async () => {
    const many = Array.from({ length: ENTRIES }, (_, i) => [keyOf(i), `many ${i}`] as const);
    expect(await callsOf(() => items.setMany(many))).toEqual(WRITE);
  });

  it("a thousand sets at once are one write", async () => {
    const calls = await callsOf(() =>
      Promise.all(Array.from({ length: ENTRIES }, (_, i) => items.set(keyOf(i), `at once ${i}`))),
    );
    expect(calls).toEqual(WRITE);
  });

  it("a hundred changes of one value at once are one get and one write", async () => {
    await items.set("counter", 0);
    const calls = await callsOf(() =>
      Promise.all(
        Array.from({ length: 100 }, () => items.update("counter", (n) => String(Number(n) + 1))),
      ),
    );
    expect(await items.get("counter")).toBe("100");
    expect(calls).toEqual({ ...LOOK_AND_WRITE, get: 1 });
  });

  it("a transaction is one snapshot and one write, and asks for its container once", async () => {
    const calls = await callsOf(() =>
      storage.transaction(async (tx) => {
        for (let i = 0; i < 10; i++) {
          const value = await tx.getContainerItem("items", keyOf(i));
          await tx.setContainerItem("items", keyOf(i), `${value}!`);
        }
        // Its own writes are at hand.
        await tx.getContainerItem("items", keyOf(0));
      }),
    );
    expect(calls).toEqual({ ...LOOK_AND_WRITE, get: 10 });
  });

  it("a transaction that only reads writes nothing", async () => {
    const read = (tx: Pick<Storage, "getContainerItem">) => tx.getContainerItem("items", keyOf(1));
    expect(await callsOf(() => storage.transaction(read))).toEqual({ ...READ, get: 1 });
    expect(await callsOf(() => storage.transaction(read, { readonly: true }))).toEqual({
      ...READ,
      get: 1,
    });
  });
});

function keyOf(i: number): string {
  return `key ${String(i).padStart(4, "0")}`;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
