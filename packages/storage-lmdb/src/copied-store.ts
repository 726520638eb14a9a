/**
 * A database that may be read and not written to, by the rights of its files.
 *
 * Readers say in LMDB's lock file what they read, so that it is not written over. Where they may not write to that file, nobody knows of
 * them, and what a snapshot shows is overwritten as soon as somebody else has committed twice. So a copy of the data is read, and another
 * one is made when somebody has committed since.
 */
import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OrderedStore, StorageBusyError } from "@caterpillar/storage-core/driver";
import { DATA, newestTransaction } from "./data-file.ts";
import { type Database, openDatabase } from "./lmdb.ts";
import { LmdbSnapshot } from "./snapshot.ts";

/** So many copies are made before somebody else is taken to commit all the time. */
const TRIES = 10;

export class CopiedStore implements OrderedStore {
  readonly #path: string;
  #newest: Promise<Copy> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async snapshot(): Promise<LmdbSnapshot> {
    let copy = await this.#newest;
    if (copy?.transaction !== newestTransaction(this.#path)) {
      const old = copy;
      this.#newest = Copy.of(this.#path);
      this.#newest.catch(() => {
        this.#newest = undefined;
      });
      copy = await this.#newest;
      await old?.release();
    }
    return (copy as Copy).snapshot(this.#path);
  }

  /** The core refuses writes. */
  write(): never {
    throw new Error("a copy is not written to");
  }

  async close(): Promise<void> {
    await (await this.#newest)?.release();
  }
}

class Copy {
  readonly transaction: number;
  readonly #folder: string;
  readonly #db: Database;
  /** The store, and the snapshots. */
  #users = 1;

  /** Whole if nobody has committed meanwhile: LMDB writes over no page of the newest state. */
  static async of(path: string): Promise<Copy> {
    const folder = await mkdtemp(join(tmpdir(), "caterpillar-lmdb-"));
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const before = newestTransaction(path);
        await copyFile(join(path, DATA), join(folder, DATA));
        // The rights of the original come along.
        await chmod(join(folder, DATA), 0o600);
        if (newestTransaction(path) === before) return new Copy(folder, before);
      }
      throw new StorageBusyError(`others commit to ${path} all the time`);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(folder: string, transaction: number) {
    this.#folder = folder;
    this.transaction = transaction;
    this.#db = openDatabase(folder);
  }

  snapshot(path: string): LmdbSnapshot {
    this.#users++;
    return new LmdbSnapshot(this.#db, path, () => this.release());
  }

  async release(): Promise<void> {
    this.#users--;
    if (this.#users > 0) return;
    await this.#db.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
