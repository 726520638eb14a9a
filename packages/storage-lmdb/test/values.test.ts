/**
 * Values: lmdb-js keeps a reference to them until they are written, and knows an empty one from
 * none only here and there.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { bytes } from "@caterpillar/storage-core";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { newStorage } from "./fixtures/folder.ts";

/** lmdb-js reads a buffer when the commit is made, and stored what it held by then. */
it("what happens to a buffer after the call is not stored", async () => {
  await using storage = await LmdbStorage.open(await newStorage());
  const buffer = new Uint8Array(10_000).fill(1);
  const part = buffer.subarray(100, 200);
  const writes = [
    storage.setContainerItem("c", "whole", buffer),
    storage.setContainerItem("c", "part", part),
    storage.setContainerItems("c", [["in a list", buffer]]),
  ];
  buffer.fill(2);
  await Promise.all(writes);
  await storage.begin();
  await storage.setContainerItem("c", "in a transaction", part);
  buffer.fill(3);
  const commit = storage.commit();
  buffer.fill(4);
  await commit;
  buffer.fill(5);
  const kept: Record<string, number[]> = {};
  for await (const [key, value] of storage.container("c", { encoding: bytes }).entries()) {
    kept[key] = [value.length, ...new Set(value)];
  }
  expect(kept).toEqual({
    "in a list": [10_000, 1],
    "in a transaction": [100, 2],
    key: [5, ...new Set(Buffer.from("value"))],
    part: [100, 1],
    whole: [10_000, 1],
  });
});

/**
 * And what was read is lmdb-js's memory, where one does not ask for a copy: the next read, or the
 * next commit, wrote over it.
 */
it("what was read stays as it was, and may be changed", async () => {
  await using storage = await LmdbStorage.open(await newStorage());
  const container = storage.container("c", { encoding: bytes });
  const keys = Array.from({ length: 300 }, (_, i) => `key ${1000 + i}`);
  const fill = (n: number): Uint8Array => new Uint8Array(50 + (n % 7) * 3000).fill(n % 256);
  await storage.setContainerItems(
    "c",
    keys.map((key, i) => [key, fill(i)]),
  );
  await storage.deleteContainerItem("c", "key");
  const each: (Uint8Array | undefined)[] = [];
  for (const key of keys) each.push(await container.get(key));
  const many = (await container.getMany(keys)).map(([, value]) => value);
  const walked: Uint8Array[] = [];
  for await (const value of container.values()) walked.push(value);
  const [first] = each;
  first?.fill(99);
  expect(await container.get(keys[0] as string)).toEqual(fill(0));
  first?.fill(0);
  await storage.setContainerItems(
    "c",
    keys.map((key, i) => [key, fill(i + 1)]),
  );
  for (const values of [each, many, walked]) {
    expect(values.map((value) => Buffer.from(value as Uint8Array))).toEqual(
      keys.map((_, i) => Buffer.from(fill(i))),
    );
  }
});

it("an empty value is a value, wherever it is read", async () => {
  await using storage = await LmdbStorage.open(await newStorage());
  await storage.setContainerItems("c", [
    ["", ""],
    ["bytes", new Uint8Array(0)],
    ["key", ""],
  ]);
  for (const read of [storage, await storage.begin()]) {
    expect(await read.getContainerItem("c", "")).toBe("");
    expect(await read.getContainerItems("c", ["key", "none", "bytes"])).toEqual([
      ["key", ""],
      ["none", undefined],
      ["bytes", ""],
    ]);
    expect(await read.getContainerLen("c")).toBe(3);
    const entries: string[][] = [];
    for await (const entry of read.container("c").entries({ reverse: true })) entries.push(entry);
    expect(entries).toEqual([
      ["key", ""],
      ["bytes", ""],
      ["", ""],
    ]);
  }
});

/**
 * The memory that a database is seen through moves when it grows, also under those who read and
 * those in other processes.
 */
it("large values are kept, and the database grows under those who read", async () => {
  const path = await newStorage();
  await using storage = await LmdbStorage.open(path);
  await using reader = await LmdbStorage.open(path);
  await reader.begin();
  const items = storage.container("c").entries();
  await items.next();
  const value = (n: number): Uint8Array => {
    const filled = new Uint8Array(16 << 20).fill(n);
    filled.set([n, 0, n], 1 << 20);
    return filled;
  };
  for (const n of [1, 2, 3]) {
    await storage.setContainerItem("c", `large ${n}`, value(n));
    expect(await reader.getContainerItem("c", "key")).toBe("value");
    expect(await reader.getContainerLen("c")).toBe(1);
  }
  expect(statSync(join(path, "data.mdb")).size).toBeGreaterThan(48 << 20);
  await reader.rollback();
  for (const n of [1, 2, 3]) {
    const read = await reader.getContainerItem("c", `large ${n}`, bytes);
    expect(Buffer.compare(read as Uint8Array, value(n))).toBe(0);
  }
  expect((await items.next()).done).toBe(true);
});
