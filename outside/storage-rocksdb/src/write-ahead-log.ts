/** Makes commits durable: the binding writes RocksDB's log without syncing it, and has no option to. */
import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type RocksDB from "rocksdb-native";

const syncData = promisify(fdatasync);

/** The log's newest file. */
interface LogFile {
  /** As the engine has it. */
  readonly name: string;
  readonly descriptor: number;
}

export class WriteAheadLog {
  readonly #folder: string;
  readonly #db: RocksDB;
  #file: LogFile | undefined;

  private constructor(folder: string, db: RocksDB) {
    this.#folder = folder;
    this.#db = db;
  }

  /** Of the database in the folder. The log is opened before anything is written: where it cannot be, nothing is. */
  static async open(folder: string, db: RocksDB): Promise<WriteAheadLog> {
    const log = new WriteAheadLog(folder, db);
    await log.#follow();
    return log;
  }

  /**
   * Resolves when what was written before is on the disk. To be called after each write, before the next one: the engine begins another file
   * only when it writes, so older ones were synced by then.
   */
  async sync(): Promise<void> {
    const { descriptor } = await this.#follow();
    await syncData(descriptor);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
  }

  /** Opens the newest file, where that is another one by now. */
  async #follow(): Promise<LogFile> {
    const { path: name } = await this.#db.currentWalFile();
    if (this.#file?.name === name) return this.#file;
    this.close();
    this.#syncName();
    this.#file = { name, descriptor: openSync(join(this.#folder, name), "r+") };
    return this.#file;
  }

  /** Windows cannot sync a folder, and keeps names by itself. */
  #syncName(): void {
    if (process.platform === "win32") return;
    const folder = openSync(this.#folder, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}
