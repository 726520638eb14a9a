/**
 * What a storage of this driver is on the disk: a SQLite database in WAL mode, with
 *
 * - `PRAGMA application_id` = {@link APPLICATION_ID}, and `PRAGMA user_version` = {@link FORMAT_VERSION};
 * - `containers (id, name)`, the catalogue;
 * - for each container a table `c<id> (k, v)`: keys as text; values as text, or as a blob where bytes were set;
 * - `garbage (id)`, the tables `g<id>` that were a container's, and large, and whose rows are still to be deleted;
 * - `empty_commits`, one row that counts the commits which change nothing else;
 * - `container_tables`, a view for people with the `sqlite3` command line: which table is which container's.
 */
import { statSync } from "node:fs";
import {
  checkVersion,
  StorageFormatError,
  StorageNotFoundError,
} from "@caterpillar/storage-core/driver";
import type { Database } from "./sqlite.ts";

/** "CATP" in ASCII. */
const APPLICATION_ID = 0x43415450;
/** The version that this driver writes, and the newest that it reads. */
const FORMAT_VERSION = 1;

/** Turns a new, empty database into an empty storage. */
export const CREATE: string = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  BEGIN IMMEDIATE;
  CREATE TABLE containers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
  CREATE TABLE garbage (id INTEGER PRIMARY KEY);
  CREATE TABLE empty_commits (n INTEGER NOT NULL);
  INSERT INTO empty_commits VALUES (0);
  CREATE VIEW container_tables AS SELECT name AS container, 'c' || id AS "table" FROM containers;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT_VERSION};
  COMMIT;
`;

/** Throws where the path is not a file that may be a database. Looks at its name only: to open and close it would drop SQLite's locks. */
export function checkFile(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new StorageNotFoundError(
      `there is no storage at ${path}; open it with create to make one`,
    );
  }
  if (!stats.isFile()) {
    throw new StorageFormatError(
      `${path} is ${stats.isDirectory() ? "a folder" : "not a file"}; a SQLite storage is a file`,
    );
  }
  if (stats.size === 0) {
    throw new StorageFormatError(
      `${path} is an empty file, not a storage; remove it, and open it with create`,
    );
  }
}

/** Throws where the database is not a storage that this driver can read. Only reads. */
export function checkFormat(db: Database, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).pluck().get();
  if (pragma("application_id") !== APPLICATION_ID) {
    throw new StorageFormatError(
      `${path} is a SQLite database of another program, not a storage; nothing was changed`,
    );
  }
  checkVersion(pragma("user_version") as number, FORMAT_VERSION, path);
}

/** The journals beside a database that have something in them: it is in use, or a crash has left them there. */
export function journalsOf(path: string): string[] {
  return [`${path}-wal`, `${path}-journal`].filter(
    (journal) => (statSync(journal, { throwIfNoEntry: false })?.size ?? 0) > 0,
  );
}
