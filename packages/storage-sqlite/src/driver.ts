/** Opens and creates databases. */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import {
  type Driver,
  DuplicateStorageError,
  type Engine,
  nextTurn,
  StorageBusyError,
  StorageFormatError,
} from "@caterpillar/storage-core/driver";
import { SqliteEngine } from "./engine.ts";
import { codeOf, translate } from "./errors.ts";
import { CREATE, checkFile, checkFormat, journalsOf } from "./format.ts";
import { FrozenEngine } from "./frozen-engine.ts";
import { type Database, loadSqlite, type OpenDatabase } from "./sqlite.ts";

/** How long others may hold the locks of a storage that was just created, in milliseconds. */
const CREATED_TIMEOUT = 5000;

export const driver: Driver = {
  name: "sqlite",
  facts: {
    location: "path",
    threads: "shared",
    processes: "shared",
    durability: ["power-loss", "process-crash"],
    readonly: "engine",
  },
  async open(path, { create, readonly }) {
    const openDatabase = await loadSqlite();
    try {
      if (!create) return openEngine(openDatabase, path, readonly);
      createDatabase(openDatabase, path);
      return await openCreated(openDatabase, path);
    } catch (error) {
      throw translate(error, path);
    }
  },
};

/**
 * Opens what was just created. Others may be quicker to open it, and hold its locks for a moment. To say so would be to be asked to
 * create once more, and it exists by now.
 */
async function openCreated(openDatabase: OpenDatabase, path: string): Promise<Engine> {
  const until = performance.now() + CREATED_TIMEOUT;
  for (;;) {
    try {
      return openEngine(openDatabase, path, false);
    } catch (error) {
      const busy = translate(error, path) instanceof StorageBusyError;
      if (!busy || performance.now() > until) throw error;
    }
    await nextTurn();
  }
}

/** Opens what is there. Nothing of it is changed before it is known to be ours. */
function openEngine(openDatabase: OpenDatabase, path: string, readonly: boolean): Engine {
  checkFile(path);
  try {
    probe(openDatabase, path);
    return new SqliteEngine(openDatabase, path, readonly);
  } catch (error) {
    if (readonly && isUnwritable(error) && journalsOf(path).length === 0) {
      return new FrozenEngine(openDatabase, path);
    }
    throw error;
  }
}

/**
 * Looks at the database, whoever's it is. A connection that may write would move a journal that it finds into the database when it
 * is closed; one that may not would leave files behind where there is none.
 */
function probe(openDatabase: OpenDatabase, path: string): void {
  const careful = journalsOf(path).length > 0;
  const db = openDatabase(path, { readonly: careful, fileMustExist: true, timeout: 0 });
  try {
    checkFormat(db, path);
  } finally {
    db.close();
  }
}

function isUnwritable(error: unknown): boolean {
  return /^SQLITE_(READONLY|CANTOPEN)/.test(codeOf(error));
}

/**
 * Makes an empty storage under another name, and then links it to its own: the link is made by one of those who race for it, and what
 * appears is whole. Nothing is left of one that fails.
 */
function createDatabase(openDatabase: OpenDatabase, path: string): void {
  if (existsSync(path)) throw duplicate(path);
  const orphans = journalsOf(path);
  if (orphans.length > 0 && !existsSync(path)) {
    throw new StorageFormatError(
      `${path} does not exist, but ${orphans.join(" and ")} of a lost database does; SQLite would mix it into a new one: move it away first`,
    );
  }
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const db: Database = openDatabase(draft, { timeout: 0 });
    try {
      db.exec(CREATE);
    } finally {
      db.close();
    }
    publish(draft, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw duplicate(path, error);
    throw error;
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(draft + suffix, { force: true });
  }
}

/**
 * Gives the draft its name, durably. The folder is opened first, so that what can fail fails before there is a new name in it. Windows cannot
 * sync a folder, and keeps names by itself.
 */
function publish(draft: string, path: string): void {
  const folder = process.platform === "win32" ? undefined : openSync(dirname(path), "r");
  try {
    linkSync(draft, path);
    if (folder !== undefined) fsyncSync(folder);
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

function duplicate(path: string, cause?: unknown): DuplicateStorageError {
  return new DuplicateStorageError(
    `there is something at ${path} already; open it without create, or with create: "if-missing"`,
    { cause },
  );
}
