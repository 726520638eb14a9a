/**
 * What each operation of a driver comes to in its engine: statements of SQLite, calls of classic-level. Fewer are welcome, and are written
 * down here. lmdb-js makes a class of its own for each database, into which nobody can look; how often its commits are synced, run.test.ts
 * counts.
 */
import { join } from "node:path";
import type { Container, StorageOpener } from "@caterpillar/storage-core";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { ClassicLevel } from "classic-level";
import { expect, it, onTestFinished, vi } from "vitest";
import { emptyFolder } from "./folder.ts";

const ENTRIES = 1000;

type Items = Container<string | number | bigint | boolean | Uint8Array, string>;

/** Calls by the method's name, from now until the test ends. */
function countCalls(prototype: object, ...methods: string[]): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const method of methods) {
    const own = Object.getOwnPropertyDescriptor(prototype, method);
    const original = Reflect.get(prototype, method) as (...args: unknown[]) => unknown;
    Object.defineProperty(prototype, method, {
      configurable: true,
      writable: true,
      value(this: unknown, ...args: unknown[]) {
        calls[method] = (calls[method] ?? 0) + 1;
        return original.apply(this, args);
      },
    });
    onTestFinished(() => {
      if (own === undefined) Reflect.deleteProperty(prototype, method);
      else Object.defineProperty(prototype, method, own);
    });
  }
  return calls;
}

function take(calls: Record<string, number>): Record<string, number> {
  const taken = { ...calls };
  for (const name of Object.keys(calls)) delete calls[name];
  return taken;
}

async function itemsOf(opener: StorageOpener): Promise<Items> {
  const storage = await opener.open(join(emptyFolder(), "db"), { create: true });
  onTestFinished(() => storage.close());
  await storage.addContainer("items");
  const items = storage.container("items");
  await items.setMany(Array.from({ length: ENTRIES }, (_, i) => [keyOf(i), `value ${i}`]));
  // The statements are prepared, and the connections open.
  await items.get(keyOf(0));
  return items;
}

it("SQLite: a get is one statement, so is a set, and what reads or sets more adds three", async () => {
  const items = await itemsOf(SqliteStorage);
  const calls = countCalls(statementPrototype(), "run", "get", "all", "iterate");

  await items.get(keyOf(1));
  expect(take(calls)).toEqual({ get: 1 });

  await items.getMany(Array.from({ length: 100 }, (_, i) => keyOf(i)));
  // BEGIN, the schema's version, the values, COMMIT.
  expect(take(calls)).toEqual({ run: 2, get: 101 });

  for await (const _ of items.entries());
  expect(take(calls)).toEqual({ run: 2, get: 1, all: 2 });

  await items.count();
  expect(take(calls)).toEqual({ run: 2, get: 2 });

  await items.set(keyOf(1), "new");
  expect(take(calls)).toEqual({ run: 1 });

  await items.set(keyOf(1), "new");
  // Nothing is changed, which is a commit as well: BEGIN IMMEDIATE, the schema's version, the row, the count of such commits, COMMIT.
  expect(take(calls)).toEqual({ run: 5, get: 1 });

  // BEGIN IMMEDIATE, the schema's version, the rows, COMMIT.
  await items.setMany(Array.from({ length: 100 }, (_, i) => [keyOf(i), `many ${i}`]));
  expect(take(calls)).toEqual({ run: 102, get: 1 });
});

it("LevelDB: a get is one, a page is one iterator, a set one batch", async () => {
  const calls = countCalls(
    ClassicLevel.prototype,
    "getSync",
    "get",
    "snapshot",
    "iterator",
    "keys",
    "batch",
    "put",
  );
  const items = await itemsOf(LevelStorage);
  // After the first commit it looks once, beside everything else, for what an earlier process has left.
  await vi.waitFor(() => expect(calls["keys"]).toBe(1));
  take(calls);

  await items.get(keyOf(1));
  expect(take(calls)).toEqual({ getSync: 1 });

  await items.getMany(Array.from({ length: 100 }, (_, i) => keyOf(i)));
  expect(take(calls)).toEqual({ snapshot: 1, getSync: 101 });

  for await (const _ of items.entries());
  expect(take(calls)).toEqual({ snapshot: 1, getSync: 1, iterator: 2 });

  await items.set(keyOf(1), "new");
  // The generation of the container: for the plan of the commit, and to see that it holds.
  expect(take(calls)).toEqual({ batch: 1 });
});

function statementPrototype(): object {
  const db = new Sqlite(":memory:");
  onTestFinished(() => {
    db.close();
  });
  return Object.getPrototypeOf(db.prepare("SELECT 1")) as object;
}

function keyOf(i: number): string {
  return `key ${String(i).padStart(4, "0")}`;
}
