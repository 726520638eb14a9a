/**
 * One open database: a pool of connections for snapshots, and one for writes that have none.
 *
 * A snapshot is a read transaction on a connection of its own. A write that is based on one is made on that same connection: to
 * ask for the write lock turns it into a write transaction if the snapshot is still the newest state, and fails with
 * `SQLITE_BUSY_SNAPSHOT` if not. So SQLite itself finds the conflicts, whoever wrote, and no page is spent on a counter. Only where
 * a commit changes no row, SQLite would not take it for one; it then counts up a row of its own.
 */
import {
  type As,
  type Changes,
  type ContainerChanges,
  crowded,
  type Durability,
  type Engine,
  identityOf,
  movedError,
  nextTurn,
  type Snapshot,
  StorageBusyError,
  StorageIOError,
  TransactionConflictError,
  type Value,
  type WriteOptions,
} from "@caterpillar/storage-core/driver";
import { Connection } from "./connection.ts";
import { translate } from "./errors.ts";
import { SqliteSnapshot } from "./snapshot.ts";
import type { OpenDatabase } from "./sqlite.ts";

/** Connections that wait for the next snapshot; one costs 24 µs to open, and up to its cache to keep. */
const MAX_IDLE = 8;
/** The page cache of a further connection for snapshots, in KiB. SQLite's own default is 16,000; a scan fills it, and it is kept. */
const READER_CACHE_KIB = 2000;
/** How many small items are written between two looks at the clock; after a larger one, it is looked at. */
const STRIDE = 16;
const LARGE = 4096;
/** What is left of the write-ahead log after a checkpoint, in bytes: a long snapshot makes it grow, and nothing else shrinks it. */
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;

export class SqliteEngine implements Engine {
  readonly #openDatabase: OpenDatabase;
  readonly #path: string;
  readonly #readonly: boolean;
  /** The file that this is; its path may be given to another one. */
  readonly #identity: string | undefined;
  readonly #idle: Connection[] = [];
  /** Open for as long as the engine is: the first and the last connection of a database take locks that others would meet. */
  readonly #first: Connection;
  #hasReader = false;
  /** Whether there may be tables whose rows are to be deleted: of an earlier process, or of a container that was cleared or deleted. */
  #mayCollect = true;

  constructor(openDatabase: OpenDatabase, path: string, readonly: boolean) {
    this.#openDatabase = openDatabase;
    this.#path = path;
    this.#readonly = readonly;
    this.#identity = identityOf(path);
    this.#first = this.#connect((connection) => {
      if (!readonly) useLog(connection, path);
      connection.look();
    });
  }

  snapshot(durability: Durability): Snapshot {
    let connection: Connection | undefined;
    try {
      connection = this.#idle.pop() ?? this.#connectReader();
      if (!this.#readonly) connection.sync(durability);
      connection.pin();
    } catch (error) {
      if (connection !== undefined) this.#giveBack(connection);
      throw translate(error, this.#path);
    }
    return new SqliteSnapshot(connection, this.#path, (done) => this.#giveBack(done));
  }

  /**
   * By one statement, which SQLite runs in a read transaction of its own: a quarter of what a snapshot costs. The number of a container's table is never
   * given to another one, so where the table is there, the container is.
   */
  get(container: string, key: string, as: As): Value | undefined | null {
    const connection = this.#idle.at(-1);
    try {
      const table = connection?.tableOf(container);
      if (connection === undefined || table === undefined) return null;
      return connection.lookupIn(table, as).get(key) as Value | undefined;
    } catch {
      // A snapshot will tell.
      return null;
    }
  }

  async write(changes: Changes, { base, durability }: WriteOptions): Promise<void> {
    const connection = base === undefined ? this.#first : (base as SqliteSnapshot).connection;
    try {
      if (base === undefined) connection.sync(durability);
      connection.lock();
    } catch (error) {
      throw translate(error, this.#path);
    }
    try {
      let changed = false;
      for (const change of changes) {
        if (await apply(connection, change)) changed = true;
        if (crowded()) await nextTurn();
      }
      if (!changed) connection.run("UPDATE empty_commits SET n = n + 1");
      // In commits that are made anyway: one for this alone would be a conflict for others.
      const isLeft = this.#mayCollect && connection.collect();
      connection.commit();
      this.#mayCollect = isLeft || changes.some(({ action }) => leaves(action));
    } catch (error) {
      connection.rollback();
      const failure = translate(error, this.#path);
      // The base went with the rollback. A second try on the same would find no conflict with anybody.
      if (base !== undefined && failure instanceof StorageBusyError) {
        throw new TransactionConflictError(undefined, { cause: failure });
      }
      throw failure;
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
    this.#first.close();
  }

  /** The first one is taken before all others, and has a whole cache. */
  #connectReader(): Connection {
    const isFirst = !this.#hasReader;
    this.#hasReader = true;
    return this.#connect((connection) => {
      if (!isFirst) connection.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}`);
    });
  }

  /** Opens a connection and prepares it. All of that may meet the locks of others; nothing is left open then. */
  #connect(prepare: (connection: Connection) => void): Connection {
    const options = { readonly: this.#readonly, fileMustExist: true, timeout: 0 };
    const connection = new Connection(this.#openDatabase(this.#path, options));
    try {
      if (identityOf(this.#path) !== this.#identity) throw movedError(this.#path);
      if (!this.#readonly) connection.exec(`PRAGMA journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
      prepare(connection);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #giveBack(connection: Connection): void {
    connection.commit();
    if (this.#idle.length < MAX_IDLE) this.#idle.push(connection);
    else connection.close();
  }
}

/** A copy that SQLite's own tools have made is in another mode, in which readers and writers keep each other waiting. */
function useLog(connection: Connection, path: string): void {
  const mode = connection.value("PRAGMA journal_mode = WAL");
  if (mode === "wal") return;
  throw new StorageIOError(
    `${path} needs a write-ahead log, and SQLite keeps it in ${mode} mode: the file system lacks what a log needs`,
  );
}

/** Whether it may leave a table whose rows are to be deleted. */
function leaves(action: ContainerChanges["action"]): boolean {
  return action === "clear" || action === "delete";
}

/** Applies what happens to one container, in slices that leave the event loop alive. Answers whether a row was changed. */
async function apply(connection: Connection, change: ContainerChanges): Promise<boolean> {
  const { container, action, entries } = change;
  const known = connection.tableOf(container);
  if ((known === undefined) !== (action === "create")) throw new TransactionConflictError();
  const table = known ?? connection.createTable(container);
  if (action === "delete") {
    connection.dropTable(container, table);
    return true;
  }
  const cleared =
    action === "clear" ? connection.clearTable(container, table) : { table, changed: false };
  let changes = known === undefined || cleared.changed ? 1 : 0;
  const { set, remove } = connection.writesTo(cleared.table);
  let count = 0;
  for (const [key, value] of entries) {
    changes += (value === null ? remove.run(key) : set.run(key, value)).changes;
    const isLooked = ++count % STRIDE === 0 || (value !== null && value.length > LARGE);
    if (isLooked && crowded()) await nextTurn();
  }
  return changes > 0;
}
