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

  private constructor(path: string, db: RocksDB) {
    this.#path = path;
    this.#identity = identityOf(path);
    this.#db = db;
    this.#log = new WriteAheadLog(path, db);
    this.#committed = db.snapshot();
  }

  /** Opens the database in the folder; with `create`, makes one where there is none. Nobody else opens it until it is closed. */
  static async open(path: string, { create }: { create: boolean }): Promise<RocksdbStore> {
    const db = new RocksDB(path, { createIfMissing: create });
    try {
      await db.ready();
    } catch (error) {
      throw toStorageError(error, path);
    }
    return new RocksdbStore(path, db);
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
    if (this.#hasWritten && this.#failure === undefined) await this.#emptyLog();
    await this.#db.close();
  }

  /**
   * RocksDB reads its log as far as it is whole, as a crash may have cut it off, and takes damage for such an end. So what is closed is in
   * tables, which have checksums. Where that fails, the log still has it all; and another folder, that has come to the path, is left alone.
   */
  async #emptyLog(): Promise<void> {
    if (identityOf(this.#path) === this.#identity) await this.#db.flush().catch(() => {});
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
