import { statSync } from "node:fs";
import { join } from "node:path";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { expect, it } from "vitest";
import { loadSqlite } from "../src/sqlite.ts";
import { testFolder } from "./fixtures/folder.ts";

async function newStorage(): Promise<SqliteStorage> {
  const storage = await SqliteStorage.open(join(testFolder(), "test.db"), { create: true });
  await storage.addContainer("c");
  return storage;
}

/** better-sqlite3 13 is built on Node-API 10, and ends the process of an older Node with a segmentation fault. */
it("a Node without Node-API 10 gets an error instead of a crash", async () => {
  await expect(loadSqlite("9")).rejects.toMatchObject({
    name: "StorageUnsupportedError",
    code: "UNSUPPORTED",
    message: expect.stringContaining("22.14"),
  });
});

/** An iterator of better-sqlite3 that is not run to its end locks its connection for good. */
it("an iteration that is left open locks nothing", async () => {
  await using storage = await newStorage();
  await storage.setContainerItems(
    "c",
    Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, "v"])),
  );
  const left = storage.container("c").entries();
  await left.next();
  await storage.begin();
  const inTransaction = storage.container("c").entries();
  await inTransaction.next();
  await storage.setContainerItem("c", "k0", "new");
  await storage.commit();
  await storage.deleteContainer("c");
  expect(await storage.listContainers()).toEqual([]);
  // It still shows what was there when it began.
  let count = 1;
  for await (const [, value] of left) count += value === "v" ? 1 : 0;
  expect(count).toBe(1000);
});

/** The log of a database grows for as long as a snapshot is open, and SQLite never makes the file smaller by itself. */
it("the write-ahead log shrinks again after a long snapshot", async () => {
  await using storage = await newStorage();
  await using reader = await SqliteStorage.open(storage.path);
  await reader.begin();
  const megabyte = new Uint8Array(1 << 20);
  for (let i = 0; i < 80; i++) {
    megabyte.fill(i);
    await storage.setContainerItem("c", "large", megabyte);
  }
  const log = `${storage.path}-wal`;
  expect(statSync(log).size).toBeGreaterThan(80 << 20);
  await reader.rollback();
  await storage.setContainerItem("c", "a", "1");
  await storage.setContainerItem("c", "a", "2");
  expect(statSync(log).size).toBeLessThanOrEqual(64 << 20);
});

/** Ten thousand rows of large values in one page would be read into memory at once. */
it("a page of large values is cut", async () => {
  await using storage = await newStorage();
  const text = "x".repeat(600_000);
  await storage.setContainerItems(
    "c",
    Array.from({ length: 20 }, (_, i) => [`k${10 + i}`, text + i]),
  );
  const driver = SqliteStorage.driver;
  const engine = await driver.open(storage.path, { create: false, readonly: true, worker: false });
  const snapshot = await engine.snapshot("power-loss");
  const range = { start: "", end: undefined, reverse: false, limit: 256, bytes: 1 << 20 };
  const page = await snapshot.page("c", range, "text");
  expect(page.items.map(([key]) => key)).toEqual(["k10", "k11"]);
  expect(page.more).toBe(true);
  await snapshot.close();
  await engine.close();
  const all: string[] = [];
  for await (const value of storage.container("c").values({ reverse: true })) all.push(value);
  expect(all).toEqual(Array.from({ length: 20 }, (_, i) => text + (19 - i)));
});

/** What a commit survives is a setting of the connection, and SQLite's own default in WAL mode loses commits with the power. */
it("each storage commits with its own durability, where several share the file", async () => {
  const path = join(testFolder(), "test.db");
  await using crash = await SqliteStorage.open(path, { create: true, durability: "process-crash" });
  await using power = await SqliteStorage.open(path);
  await crash.addContainer("c");
  const syncs = async (write: () => Promise<void>): Promise<string[]> => {
    const { exec } = Sqlite.prototype;
    const set: string[] = [];
    Sqlite.prototype.exec = function (sql) {
      const [synchronous] = sql.match(/synchronous = \w+/) ?? [];
      if (synchronous !== undefined) set.push(synchronous);
      return exec.call(this, sql);
    };
    await write().finally(() => {
      Sqlite.prototype.exec = exec;
    });
    return set;
  };
  // Each on a connection that was last used with the other's durability.
  for (const write of [
    (storage: SqliteStorage) => storage.setContainerItem("c", "key", Math.random()),
    (storage: SqliteStorage) => storage.transaction((tx) => tx.setContainerItem("c", "key", 1)),
  ]) {
    await write(crash);
    expect(new Set(await syncs(() => write(power)))).toEqual(new Set(["synchronous = FULL"]));
    expect(new Set(await syncs(() => write(crash)))).toEqual(new Set(["synchronous = NORMAL"]));
  }
});
