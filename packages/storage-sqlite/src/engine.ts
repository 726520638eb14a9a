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
  type Durability,
  type Engine,
  identityOf,
  type MaybePromise,
  movedError,
  type Snapshot,
  StorageBusyError,
  StorageIOError,
  TransactionConflictError,
  type Value,
  type WriteOptions,
} from "@caterpillar/storage-core/driver";
import { CommitWorker } from "./commit-worker.ts";
import { Commits } from "./commits.ts";
import { type Connection, connect } from "./connection.ts";
import { isLocked, translate } from "./errors.ts";
import { SqliteSnapshot } from "./snapshot.ts";
import type { OpenDatabase } from "./sqlite.ts";

/** Connections that wait for the next snapshot; one costs 24 µs to open, and up to its cache to keep. */
const MAX_IDLE = 8;
/** The page cache of a further connection for snapshots, in KiB. SQLite's own default is 16,000; a scan fills it, and it is kept. */
const READER_CACHE_KIB = 2000;

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
  readonly #commits = new Commits();
  #worker: CommitWorker | undefined;

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

  /** From now on a worker thread makes the commits. */
  async startWorker(): Promise<void> {
    const worker = new CommitWorker(this.#path);
    await worker.start();
    this.#worker = worker;
  }

  async write(changes: Changes, { base, durability }: WriteOptions): Promise<void> {
    const pinned = (base as SqliteSnapshot | undefined)?.connection;
    try {
      if (this.#worker !== undefined) {
        await this.#writeInWorker(this.#worker, changes, pinned, durability);
        return;
      }
      if (pinned === undefined) {
        await this.#commits.makeBlind(this.#first, changes, durability);
        return;
      }
      pinned.lock();
      await this.#commits.make(pinned, changes);
    } catch (error) {
      const failure = translate(error, this.#path);
      const isGone = pinned !== undefined && !pinned.inTransaction;
      // The base went with a rollback. A second try on the same would find no conflict with anybody.
      if (isGone && failure instanceof StorageBusyError) {
        throw new TransactionConflictError(undefined, { cause: failure });
      }
      throw failure;
    }
  }

  /** See commit-worker.ts. */
  async #writeInWorker(
    worker: CommitWorker,
    changes: Changes,
    pinned: Connection | undefined,
    durability: Durability,
  ): Promise<void> {
    await worker.start();
    const version = pinned === undefined ? undefined : await worker.version();
    try {
      await worker.send(changes);
      pinned?.lock();
      pinned?.commit();
      await worker.commit(durability, version);
    } catch (error) {
      if (!isLocked(error)) worker.forget();
      throw error;
    }
  }

  /** The worker is the last one: whoever that is moves the log into the database. */
  close(): MaybePromise<void> {
    for (const connection of this.#idle.splice(0)) connection.close();
    this.#first.close();
    return this.#worker?.close();
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
    const connection = connect(this.#openDatabase, this.#path, { readonly: this.#readonly });
    try {
      if (identityOf(this.#path) !== this.#identity) throw movedError(this.#path);
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
