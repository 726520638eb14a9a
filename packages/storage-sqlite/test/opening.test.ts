/** How storages find the engine that they share. */
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asNobody } from "@caterpillar/storage-core/conformance";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { expect, it } from "vitest";
import { testFolder } from "./fixtures/folder.ts";

async function newStorage(path: string): Promise<SqliteStorage> {
  const storage = await SqliteStorage.open(path, { create: true });
  await storage.addContainer("c");
  return storage;
}

it("a reader that was there first keeps nobody from writing, and sees what is written", async () => {
  const path = join(testFolder(), "test.db");
  await (await newStorage(path)).close();
  await using reader = await SqliteStorage.open(path, { readonly: true });
  await using writer = await SqliteStorage.open(path);
  await reader.begin();
  await writer.setContainerItem("c", "a", "1");
  expect(await reader.getContainerItem("c", "a")).toBeUndefined();
  await reader.rollback();
  expect(await reader.getContainerItem("c", "a")).toBe("1");
});

/** A program that replaces its file, as a restore from a copy does, must not go on with the old one. */
it("a file that was replaced is another storage than the one that is still open", async () => {
  const folder = testFolder();
  const path = join(folder, "test.db");
  await using old = await newStorage(path);
  await old.setContainerItem("c", "which", "old");
  const copy = await newStorage(join(folder, "copy.db"));
  await copy.setContainerItem("c", "which", "new");
  await copy.close();
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix);
  renameSync(join(folder, "copy.db"), path);
  await using replaced = await SqliteStorage.open(path);
  expect(await replaced.getContainerItem("c", "which")).toBe("new");
  // Connections were opened by the path, so that a transaction of the old one landed in the new file.
  const iteration = old.getContainerKeys("c");
  const write = async (): Promise<void> => {
    await iteration.next();
    await old.transaction((tx) => tx.setContainerItem("c", "which", "by the old one"));
  };
  await expect(write()).rejects.toMatchObject({ code: "STORAGE_IO" });
  expect(await replaced.getContainerItem("c", "which")).toBe("new");
});

/**
 * A copy that `VACUUM INTO` makes has no write-ahead log. There a commit found a reader's lock after it had given up its snapshot, was tried
 * again without it, and overwrote what another process had committed in between.
 */
it("a copy made by SQLite's own tools gets its log again", async () => {
  const folder = testFolder();
  const original = await newStorage(join(folder, "test.db"));
  await original.setContainerItem("c", "n", 1);
  const raw = new Sqlite(original.path);
  raw.exec(`VACUUM INTO '${join(folder, "copy.db")}'`);
  raw.close();
  await original.close();
  await using first = await SqliteStorage.open(join(folder, "copy.db"), { timeout: 100 });
  const looked = new Sqlite(first.path, { readonly: true });
  expect(looked.pragma("journal_mode", { simple: true })).toBe("wal");
  // A reader of another program, in the middle of reading, keeps nobody from writing.
  looked.exec("BEGIN; SELECT count(*) FROM c1");
  await first.setContainerItem("c", "n", 2);
  looked.close();
  expect(await first.getContainerItem("c", "n")).toBe("2");
});

/** SQLite cannot read a database in WAL mode there: it would have to make files beside it. */
it("a storage in a folder without permission to write is read, also after somebody with more rights has written", async () => {
  const folder = testFolder();
  const path = join(folder, "test.db");
  await (await newStorage(path)).close();
  chmodSync(folder, 0o555);
  chmodSync(path, 0o444);
  const probe = asNobody(async () => writeFileSync(join(folder, "probe"), ""));
  await expect(probe).rejects.toMatchObject({ code: "EACCES" });
  await using reader = await asNobody(() => SqliteStorage.open(path, { readonly: true }));
  expect(await asNobody(() => reader.listContainers())).toEqual(["c"]);
  chmodSync(folder, 0o755);
  chmodSync(path, 0o644);
  const writer = await SqliteStorage.open(path);
  await writer.addContainer("while it is written");
  expect(await asNobody(() => reader.listContainers())).toEqual(["c", "while it is written"]);
  await writer.addContainer("and closed");
  await writer.close();
  expect(await asNobody(() => reader.listContainers())).toEqual([
    "and closed",
    "c",
    "while it is written",
  ]);
});
