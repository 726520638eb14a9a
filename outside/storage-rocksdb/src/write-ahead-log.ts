/** Makes commits durable: the binding writes RocksDB's log without syncing it, and has no option to. */
import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type RocksDB from "rocksdb-native";

const syncData = promisify(fdatasync);

export class WriteAheadLog {
  readonly #folder: string;
  readonly #db: RocksDB;
  /** The log's newest file, as the engine names it, and open. */
  #file: { readonly name: string; readonly descriptor: number } | undefined;

  constructor(folder: string, db: RocksDB) {
    this.#folder = folder;
    this.#db = db;
  }

  /**
   * Resolves when what was written before is on the disk. To be called after each write, before the next one: the engine begins another file
   * only when it writes, so older ones were synced by then.
   */
  async sync(): Promise<void> {
    const { path: name } = await this.#db.currentWalFile();
    if (this.#file?.name !== name) {
      this.close();
      this.#file = { name, descriptor: openSync(join(this.#folder, name), "r+") };
      this.#syncName();
    }
    await syncData(this.#file.descriptor);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
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
