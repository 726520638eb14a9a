import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import type { ClassicLevel } from "classic-level";
import { expect, it } from "vitest";
import { watchDatabases } from "./fixtures/level-calls.ts";
import { entries, newStorage } from "./fixtures/storages.ts";

const CLOSED = { name: "StorageClosedError", code: "STORAGE_CLOSED" };

/** LevelDB must not be closed before all that reads and writes in it has ended; its own errors of a closed database say nothing. */
it("a storage closes in the middle of everything, and all that was written is there", async () => {
  const storage = await newStorage();
  const other = await LevelStorage.open(storage.path);
  await storage.setContainerItems(
    "c",
    entries(2000, () => "v"),
  );
  const container = storage.container("c");
  const walks = [container.entries(), container.keys({ reverse: true }), container.values()];
  for (const walk of walks) await walk.next();
  await storage.begin();
  await container.set("not", "committed");
  const inTransaction = container.keys();
  await inTransaction.next();
  const others = [1, 2, 3].map((n) => other.setContainerItem("c", `written ${n}`, n));
  const large = other.setContainerItems(
    "c",
    entries(5000, () => "large"),
  );
  const read = container.get("k000001");
  const counted = container.count();
  const walked = inTransaction.next();
  await Promise.all([storage.close(), other.close(), storage.close()]);
  await Promise.all([...others, large]);
  expect(await read).toBe("v");
  expect(await counted).toBe(2001);
  expect(await walked).toMatchObject({ done: false });
  const calls = [
    () => container.get("k"),
    () => container.set("k", "v"),
    () => container.keys().next(),
    () => storage.listContainers(),
    () => storage.clear(),
    () => storage.begin(),
    () => storage.commit(),
    () => storage.transaction(() => "ran"),
    ...walks.map((walk) => () => walk.next()),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject(CLOSED);
  await storage.close();
  await using reopened = await LevelStorage.open(storage.path);
  expect(await reopened.getContainerLen("c")).toBe(5003);
  expect(await reopened.hasContainerItem("c", "not")).toBe(false);
});

/** The files below the path that this process has open. */
function openFiles(path: string): string[] {
  return readdirSync("/proc/self/fd")
    .map((handle) => linkOf(`/proc/self/fd/${handle}`))
    .filter((file) => file.startsWith(path));
}

function linkOf(handle: string): string {
  try {
    return readlinkSync(handle);
  } catch {
    // The one with which the folder was read.
    return "";
  }
}

/** A LevelDB database that was opened and not closed keeps its files, and its lock, until the process ends. Linux tells which files those are. */
it.runIf(process.platform === "linux")(
  "a storage that is closed has no file open, and one that was opened many times has few files",
  async () => {
    const storage = await newStorage();
    expect(openFiles(storage.path)).not.toEqual([]);
    await storage.close();
    for (let i = 0; i < 30; i++) {
      const reopened = await LevelStorage.open(storage.path);
      await reopened.setContainerItem("c", `${i}`, "v");
      await reopened.close();
      expect(openFiles(storage.path)).toEqual([]);
    }
    expect(readdirSync(storage.path).length).toBeLessThan(20);
    rmSync(join(storage.path, "CURRENT"));
    await expect(LevelStorage.open(storage.path)).rejects.toThrow();
    expect(openFiles(storage.path)).toEqual([]);
  },
);

/** What a deleted container held, as LevelDB has it: its items, and whether they are still to be collected. */
async function leftIn(db: ClassicLevel): Promise<string[]> {
  return [
    ...(await db.keys({ gte: "d", lt: "e" }).all()),
    ...(await db.keys({ gte: "g", lt: "h" }).all()),
  ];
}

/**
 * To delete a container takes one small write, and its items are deleted afterwards. They must be, also where the storage is closed or its
 * process dies before: nobody else knows of them.
 */
it("what was deleted is gone from the database, also where the storage was closed before", async () => {
  const storage = await newStorage(undefined, { durability: "process-crash" });
  const items = entries(20_000, (i) => `value ${i}`);
  for (const name of ["deleted", "cleared", "kept"]) await storage.addContainer(name);
  for (const name of ["deleted", "cleared"]) await storage.setContainerItems(name, items);
  await storage.setContainerItems("kept", { a: "1", b: "2" });
  const databases = watchDatabases();
  await storage.deleteContainer("deleted");
  await storage.clearContainer("cleared");
  const [first] = databases;
  expect((await leftIn(first as ClassicLevel)).length).toBeGreaterThan(20_000);
  await storage.close();
  databases.clear();
  await using reopened = await LevelStorage.open(storage.path);
  const beforeWriting = watchDatabases();
  expect(await reopened.getContainerLen("cleared")).toBe(0);
  const [db] = beforeWriting as Set<ClassicLevel>;
  expect((await leftIn(db as ClassicLevel)).length).toBeGreaterThan(1000);
  await reopened.setContainerItem("cleared", "c", "3");
  let left: string[];
  do {
    left = await leftIn(db as ClassicLevel);
  } while (left.length > 3);
  expect(left.map((key) => key.slice(-1)).sort()).toEqual(["a", "b", "c"]);
  expect(await reopened.getContainerItem("cleared", "c")).toBe("3");
  expect(await reopened.getContainerLen("kept")).toBe(2);
});
