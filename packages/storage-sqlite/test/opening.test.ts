/** How storages find the engine that they share. */
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

/** better-sqlite3 is loaded when a storage is opened first. Where that failed once, it failed for as long as the process lived. */
it("where SQLite cannot be loaded for want of handles, it can be when there are some", () => {
  const program = fileURLToPath(new URL("./fixtures/without-handles.ts", import.meta.url));
  const path = join(testFolder(), "test.db");
  const node = [process.execPath, "--conditions=@caterpillar/source", program, path];
  const limited = ["-c", 'ulimit -n 100 && exec "$@"', "sh", ...node];
  const { stdout, stderr } = spawnSync("sh", limited, { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: '["ENGINE","opened"]', stderr: "" });
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
