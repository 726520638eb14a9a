/** Many snapshots, and long ones. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "@caterpillar/storage-core/driver";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { newStorage } from "./fixtures/folder.ts";

const MOST = 2000;
const LIMIT = { code: "LIMIT", message: expect.stringContaining(`${MOST}`) };

async function set(engine: Engine, value: string): Promise<void> {
  const entries = [["key", value]] as const;
  await engine.write([{ container: "c", action: "keep", entries, size: 1 }], {
    base: undefined,
    durability: "power-loss",
  });
}

/**
 * Begins so many transactions, each at a state of its own: those of one state may share a place in
 * LMDB's table.
 */
async function begin(readers: LmdbStorage[], count: number, path: string): Promise<void> {
  await using writer = await LmdbStorage.open(path);
  for (let i = 0; i < count; i++) {
    await writer.setContainerItem("c", "key", readers.length);
    const reader = await LmdbStorage.open(path);
    await reader.begin();
    readers.push(reader);
  }
}

async function expectEachToSeeItsOwn(readers: readonly LmdbStorage[]): Promise<void> {
  const seen = await Promise.all(readers.map((reader) => reader.getContainerItem("c", "key")));
  expect(seen).toEqual(readers.map((_, i) => `${i}`));
}

/** LMDB keeps 126 by default, and refuses all reads of everybody when there are more. */
it("two hundred transactions at different states are no problem", async () => {
  const readers: LmdbStorage[] = [];
  await begin(readers, 200, await newStorage());
  await expectEachToSeeItsOwn(readers);
  await Promise.all(readers.map((reader) => reader.close()));
});

it("transactions that are too many are refused, and all is well when others end", async () => {
  const path = await newStorage();
  const readers: LmdbStorage[] = [];
  for (let tries = 0; tries < 3; tries++) {
    await expect(begin(readers, MOST + 1, path)).rejects.toMatchObject(LIMIT);
    expect(readers.length).toBeGreaterThan(MOST - 10);
    expect(readers.length).toBeLessThanOrEqual(MOST);
  }
  await expectEachToSeeItsOwn(readers);
  for (let i = 0; i < 10; i++) await readers.pop()?.close();
  await begin(readers, 5, path);
  await expectEachToSeeItsOwn(readers);
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  // All places are free again.
  await begin(readers, MOST - 10, path);
  await expectEachToSeeItsOwn(readers);
  await Promise.all(readers.map((reader) => reader.close()));
});

it("a snapshot keeps its state while the database grows beyond all that it held", async () => {
  const path = await newStorage();
  const engine = await LmdbStorage.driver.open(path, { create: false, readonly: false });
  const old = await engine.snapshot("power-loss");
  const before = statSync(join(path, "data.mdb")).size;
  const megabyte = "x".repeat(1 << 20);
  for (let i = 0; i < 30; i++) {
    const entries = [
      [`large ${i}`, megabyte],
      ["key", `${i}`],
    ] as const;
    await engine.write([{ container: "c", action: "keep", entries, size: 2 }], {
      base: undefined,
      durability: "power-loss",
    });
    expect(`${await old.get("c", "key", "text")}`).toBe("value");
    expect(await old.count("c")).toBe(1);
  }
  expect(statSync(join(path, "data.mdb")).size).toBeGreaterThan(before + (30 << 20));
  const now = await engine.snapshot("power-loss");
  for (let i = 0; i < 30; i++) {
    expect(`${await now.get("c", `large ${i}`, "text")}`).toBe(megabyte);
  }
  // Bytes that were read are the caller's own, not LMDB's memory, which is written over.
  const bytes = (await old.get("c", "key", "bytes")) as Uint8Array;
  await old.close();
  await now.close();
  for (let i = 0; i < 50; i++) await set(engine, `later ${i}`);
  expect(`${bytes}`).toBe("value");
  await engine.close();
});
