import { join } from "node:path";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { testFolder } from "./fixtures/folder.ts";

async function storageWithCounter(): Promise<string> {
  const path = join(testFolder(), "counter.db");
  await using storage = await SqliteStorage.open(path, { create: true });
  await storage.addContainer("c");
  await storage.setContainerItem("c", "counter", 0);
  return path;
}

/**
 * better-sqlite3 waits for a lock with a timeout that blocks the whole thread, by default for five seconds. Where the holder lives in
 * the same thread, it can never let go meanwhile.
 */
describe("a write lock that somebody else holds", () => {
  async function locked(): Promise<{ path: string; release: () => void }> {
    const path = await storageWithCounter();
    const other = new Sqlite(path, { timeout: 0 });
    onTestFinished(() => {
      other.close();
    });
    other.exec("BEGIN IMMEDIATE");
    return { path, release: () => other.exec("ROLLBACK") };
  }

  it("is waited for without holding up the event loop", async () => {
    const { path, release } = await locked();
    await using storage = await SqliteStorage.open(path);
    const write = storage.setContainerItem("c", "counter", 1);
    const transaction = storage.transaction((tx) => tx.setContainerItem("c", "other", 2));
    // The lock goes only if timers fire while the writes wait for it.
    setTimeout(release, 50);
    await Promise.all([write, transaction]);
    expect(await storage.getContainerItems("c", ["counter", "other"])).toEqual([
      ["counter", "1"],
      ["other", "2"],
    ]);
  });

  it("is given up at the deadline, with nothing written and the storage usable", async () => {
    const { path, release } = await locked();
    await using storage = await SqliteStorage.open(path, { timeout: 30 });
    const busy = { code: "STORAGE_BUSY", retryable: true };
    await expect(storage.setContainerItem("c", "counter", 1)).rejects.toMatchObject(busy);
    await storage.begin();
    await storage.setContainerItem("c", "counter", 2);
    await expect(storage.commit()).rejects.toMatchObject(busy);
    expect(await storage.getContainerItem("c", "counter")).toBe("0");
    release();
    await storage.setContainerItem("c", "counter", 3);
    expect(await storage.getContainerItem("c", "counter")).toBe("3");
  });

  it("keeps no reader waiting", async () => {
    const { path } = await locked();
    await using storage = await SqliteStorage.open(path, { timeout: 0 });
    await storage.begin();
    expect(await storage.getContainerItem("c", "counter")).toBe("0");
    await storage.rollback();
  });
});

it("commits of other programs are seen, and found as conflicts", async () => {
  const path = await storageWithCounter();
  await using storage = await SqliteStorage.open(path);
  await storage.begin();
  await storage.setContainerItem("c", "counter", 5);
  const other = new Sqlite(path);
  const { table } = other
    .prepare(`SELECT "table" FROM container_tables WHERE container = 'c'`)
    .get() as { table: string };
  other.prepare(`UPDATE ${table} SET v = '7' WHERE k = 'counter'`).run();
  other.close();
  await expect(storage.commit()).rejects.toMatchObject({ code: "TRANSACTION_CONFLICT" });
  expect(await storage.getContainerItem("c", "counter")).toBe("7");
});
