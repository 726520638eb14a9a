/** Opens and creates databases. */
import { existsSync } from "node:fs";
import {
  checkFlag,
  createAt,
  type Driver,
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

/** Options of `SqliteStorage.open` beside those that all drivers have. */
export interface SqliteOptions {
  /**
   * Make the commits in a worker thread, which is started for it: neither their work nor their syncs hold up the event loop then, however slow the disk is. A commit
   * that waits for nobody takes some tenths of a millisecond longer. Storages of one thread on one path share the worker, or the lack of one: the first that opens it
   * decides. Nothing else is different. Default: `false`.
   */
  readonly worker: boolean;
}

/** How long others may hold the locks of a storage that was just created, in milliseconds. */
const CREATED_TIMEOUT = 5000;

export const driver: Driver<SqliteOptions> = {
  name: "sqlite",
  facts: {
    location: "path",
    threads: "shared",
    processes: "shared",
    durability: ["power-loss", "process-crash"],
    readonly: "engine",
    files: [
      { name: "<path>", about: "the database" },
      {
        name: "<path>-wal",
        about: "the newest commits, while it is open and after a crash; a copy needs it",
      },
      {
        name: "<path>-shm",
        about: "memory that connections share, while it is open",
        expendable: true,
      },
    ],
  },
  about: {
    engine: "SQLite 3, by better-sqlite3 13",
    pick: "almost everything: one file, many processes, and a command line to look into it",
    limits: "a value has at most 1,000,000,000 bytes; creating needs a file system with hard links",
    syncs:
      "`power-loss`: `synchronous = FULL`, the log is synced at each commit; `process-crash`: `synchronous = NORMAL`, the log is written, and synced at checkpoints",
    blocks:
      "reads are made in the thread itself, and so are commits and their syncs, but with the option `worker`; to count a container is one statement, which takes the longer the more it holds",
  },
  options: { worker: checkFlag },
  async open(path, { create, readonly, worker }) {
    const openDatabase = await loadSqlite();
    const open = async (): Promise<Engine> => {
      if (!create) return openEngine(openDatabase, path, readonly);
      checkPlace(path);
      await createAt(path, (draft) => createDatabase(openDatabase, draft));
      return await openCreated(openDatabase, path);
    };
    try {
      const engine = await open();
      // What cannot be written to has nothing to commit.
      if (worker && !readonly && engine instanceof SqliteEngine) await startWorker(engine);
      return engine;
    } catch (error) {
      throw translate(error, path);
    }
  },
};

async function startWorker(engine: SqliteEngine): Promise<void> {
  try {
    await engine.startWorker();
  } catch (error) {
    await engine.close();
    throw error;
  }
}

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

/** Refuses the place of a lost database: SQLite would mix the journal that it finds there into a new one. */
function checkPlace(path: string): void {
  const orphans = journalsOf(path);
  if (orphans.length === 0 || existsSync(path)) return;
  throw new StorageFormatError(
    `${path} does not exist, but ${orphans.join(" and ")} of a lost database does; SQLite would mix it into a new one: move it away first`,
  );
}

function createDatabase(openDatabase: OpenDatabase, path: string): void {
  const db: Database = openDatabase(path, { timeout: 0 });
  try {
    db.exec(CREATE);
  } finally {
    db.close();
  }
}
