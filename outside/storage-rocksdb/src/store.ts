/** RocksDB as a flat store. */
import {
  checkExpected,
  crowded,
  identityOf,
  nextTurn,
  type OrderedBatch,
  type OrderedStore,
  StorageIOError,
} from "@caterpillar/storage-core/driver";
import RocksDB from "rocksdb-native";
import { toStorageError } from "./errors.ts";
import { RocksdbSnapshot } from "./snapshot.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

export class RocksdbStore implements OrderedStore {
  readonly #path: string;
  readonly #identity: string | undefined;
  readonly #db: RocksDB;
  readonly #log: WriteAheadLog;
  /** The newest state that is durable. The engine shows a write before its log is synced; nobody reads that here. */
  #committed: RocksDB;
  /** Whether there is anything in the log. */
  #hasWritten = false;
  /** Why nothing is written any more. */
  #failure: unknown;

  private constructor(path: string, db: RocksDB, log: WriteAheadLog) {
    this.#path = path;
    this.#identity = identityOf(path);
    this.#db = db;
    this.#log = log;
    this.#committed = db.snapshot();
  }

  /** Opens the database in the folder; with `create`, makes one where there is none. Nobody else opens it until it is closed. */
  static async open(path: string, { create }: { create: boolean }): Promise<RocksdbStore> {
    const db = new RocksDB(path, { createIfMissing: create });
    try {
      await db.ready();
      return new RocksdbStore(path, db, await WriteAheadLog.open(path, db));
    } catch (error) {
      // What was never open cannot be closed.
      await db.close().catch(() => {});
      throw toStorageError(error, path);
    }
  }

  snapshot(): RocksdbSnapshot {
    return new RocksdbSnapshot(this.#committed.session(), this.#path);
  }

  async write({ expected, changes }: OrderedBatch): Promise<void> {
    if (this.#failure !== undefined) {
      const message = `nothing is written to ${this.#path} since a commit has failed; close it and open it again`;
      throw new StorageIOError(message, { cause: this.#failure });
    }
    await this.#check(expected);
    const batch = this.#db.write({ autoDestroy: true });
    try {
      for (const [key, value] of changes) {
        if (value === null) batch.tryDelete(key);
        else batch.tryPut(key, value);
        if (crowded()) await nextTurn();
      }
    } catch (error) {
      batch.destroy();
      throw error;
    }
    this.#hasWritten = true;
    try {
      await batch.flush();
      await this.#log.sync();
    } catch (error) {
      // Nobody knows how much of it is on the disk, and the engine refuses to write until it has read its log again.
      this.#failure = toStorageError(error, this.#path);
      throw this.#failure;
    }
    const before = this.#committed;
    this.#committed = this.#db.snapshot();
    await before.close();
  }

  async close(): Promise<void> {
    this.#log.close();
    await this.#committed.close();
    await this.#settle();
    await this.#db.close();
  }

  /**
   * Leaves what was committed in tables, which have checksums: RocksDB reads its log as far as it is whole, since a crash may have cut it off, and
   * takes damage for such an end. Where another folder has come to the path, nothing may be written, which RocksDB does when it is closed.
   */
  async #settle(): Promise<void> {
    if (identityOf(this.#path) !== this.#identity) await this.#db.suspend();
    else if (this.#hasWritten && this.#failure === undefined) {
      // Where there is no room for a table, the log still has it all.
      await this.#db.flush().catch(() => {});
    }
  }

  /** Nobody else writes, so looking before is enough. */
  async #check(expected: OrderedBatch["expected"]): Promise<void> {
    const newest = this.snapshot();
    try {
      await checkExpected(expected, (key) => newest.get(key));
    } finally {
      await newest.close();
    }
  }
}
