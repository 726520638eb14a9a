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
import { translate } from "./errors.ts";
import { type Database, openDatabase } from "./lmdb.ts";
import { Reads } from "./reads.ts";
import { LmdbSnapshot } from "./snapshot.ts";

/** So many copies are made before somebody else is taken to commit all the time. */
const TRIES = 10;

export class CopiedStore implements OrderedStore {
  readonly #path: string;
  #newest: Copy | undefined;
  /** The copy that is being made, for all who wait for it. */
  #making: Promise<Copy> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async snapshot(): Promise<LmdbSnapshot> {
    try {
      for (;;) {
        const copy = this.#newest;
        if (copy?.transaction === newestTransaction(this.#path)) return copy.snapshot(this.#path);
        this.#making ??= this.#renew();
        await this.#making;
      }
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  /** The core refuses writes. */
  write(): never {
    throw new Error("a copy is not written to");
  }

  async close(): Promise<void> {
    await this.#making?.catch(() => {});
    await this.#newest?.release();
    this.#newest = undefined;
  }

  /** Puts a new copy in the place of the old one, which goes with its last snapshot. */
  async #renew(): Promise<Copy> {
    try {
      const copy = await Copy.of(this.#path);
      const old = this.#newest;
      this.#newest = copy;
      await old?.release();
      return copy;
    } finally {
      this.#making = undefined;
    }
  }
}

class Copy {
  readonly transaction: number;
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
        if (newestTransaction(path) === before) {
          return new Copy(await openDatabase(folder), before);
        }
      }
      throw new StorageBusyError(`others commit to ${path} all the time`);
    } finally {
      // What is open stays without its name, and goes with the process, however that ends. (On Windows it stays.)
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }

  private constructor(db: Database, transaction: number) {
    this.#db = db;
    this.transaction = transaction;
  }

  snapshot(path: string): LmdbSnapshot {
    const snapshot = new LmdbSnapshot(new Reads(this.#db, path), () => this.release());
    this.#users++;
    return snapshot;
  }

  async release(): Promise<void> {
    this.#users--;
    if (this.#users === 0) await this.#db.close();
  }
}
