import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { filesOf, testFolder } from "./fixtures/folder.ts";

/** Each makes something at the path that is not a storage of this driver. */
const FOREIGN: Readonly<Record<string, { make: (path: string) => void; code: string }>> = {
  "a text file": {
    make: (path) => writeFileSync(path, "Dear diary,\n".repeat(1000)),
    code: "STORAGE_FORMAT",
  },
  "an empty file": { make: (path) => writeFileSync(path, ""), code: "STORAGE_FORMAT" },
  "a file of few bytes": { make: (path) => writeFileSync(path, "SQLite"), code: "STORAGE_FORMAT" },
  "a folder": { make: (path) => mkdirSync(path), code: "STORAGE_FORMAT" },
  "a database of another program": {
    make: (path) => {
      const db = new Sqlite(path);
      db.exec("CREATE TABLE diary (day); INSERT INTO diary VALUES ('today')");
      db.close();
    },
    code: "STORAGE_FORMAT",
  },
  "another program's database in WAL mode, cleanly closed": {
    make: (path) => {
      const db = new Sqlite(path);
      db.exec("PRAGMA journal_mode = WAL; CREATE TABLE diary (day)");
      db.close();
    },
    code: "STORAGE_FORMAT",
  },
  "another program's database with a write-ahead log that a crash has left": {
    make: (path) => {
      const db = new Sqlite(`${path}.live`);
      db.exec("PRAGMA journal_mode = WAL; CREATE TABLE diary (day); INSERT INTO diary VALUES (1)");
      for (const suffix of ["", "-wal", "-shm"])
        copyFileSync(`${path}.live${suffix}`, path + suffix);
      db.close();
    },
    code: "STORAGE_FORMAT",
  },
  "a storage of a newer format": {
    make: (path) => {
      const db = new Sqlite(path);
      db.exec(`PRAGMA application_id = ${0x43415450}; PRAGMA user_version = 2; CREATE TABLE t (a)`);
      db.close();
    },
    code: "STORAGE_VERSION",
  },
  "a database with its second half cut off": {
    make: (path) => {
      const db = new Sqlite(path);
      db.exec(`PRAGMA application_id = ${0x43415450}; PRAGMA user_version = 1; CREATE TABLE t (a)`);
      const insert = db.prepare("INSERT INTO t VALUES (?)");
      for (let i = 0; i < 20; i++) insert.run("x".repeat(4000));
      db.close();
      truncateSync(path, Math.floor(readFileSync(path).length / 2));
    },
    code: "STORAGE_CORRUPT",
  },
};

describe("what is not a storage is refused, and not a byte of it changes:", () => {
  for (const [what, { make, code }] of Object.entries(FOREIGN)) {
    it(what, async () => {
      const folder = testFolder();
      const path = join(folder, "it");
      make(path);
      const before = filesOf(folder);
      for (const options of [{}, { readonly: true }, { create: "if-missing" }] as const) {
        await expect(SqliteStorage.open(path, options)).rejects.toMatchObject({ code });
      }
      await expect(SqliteStorage.open(path, { create: true })).rejects.toMatchObject({
        code: "DUPLICATE_STORAGE",
      });
      expect(filesOf(folder)).toEqual(before);
    });
  }
});

/** SQLite takes a write-ahead log that it finds for the new database's own, and mixes the two. */
it("a log of a lost database is not mixed into a new one", async () => {
  const folder = testFolder();
  const path = join(folder, "lost.db");
  writeFileSync(`${path}-wal`, "what is left of something");
  const before = filesOf(folder);
  await expect(SqliteStorage.open(path, { create: true })).rejects.toMatchObject({
    code: "STORAGE_FORMAT",
  });
  expect(filesOf(folder)).toEqual(before);
});

it("a storage is one file when it is closed, and its tables can be read by name with any SQLite", async () => {
  const folder = testFolder();
  const path = join(folder, "notes.db");
  const storage = await SqliteStorage.open(path, { create: true });
  await storage.addContainer(`it's "quoted"`);
  await storage.setContainerItem(`it's "quoted"`, "key", "value");
  await storage.setContainerItem(`it's "quoted"`, "bytes", new Uint8Array([1, 2]));
  await storage.close();
  expect(Object.keys(filesOf(folder))).toEqual(["notes.db"]);
  const db = new Sqlite(path, { readonly: true });
  const [row] = db.prepare("SELECT * FROM container_tables").all() as { table: string }[];
  expect(row).toEqual({ container: `it's "quoted"`, table: "c1" });
  expect(db.prepare(`SELECT k, v, typeof(v) AS type FROM ${row?.table} ORDER BY k`).all()).toEqual([
    { k: "bytes", v: Buffer.from([1, 2]), type: "blob" },
    { k: "key", v: "value", type: "text" },
  ]);
  db.close();
});

/** better-sqlite3 trims the name of the file, and would have opened another file than it was told. */
it("a path that ends in white space is that path", async () => {
  const folder = testFolder();
  const storage = await SqliteStorage.open(join(folder, "name.db "), { create: true });
  await storage.close();
  expect(Object.keys(filesOf(folder))).toEqual(["name.db "]);
});
