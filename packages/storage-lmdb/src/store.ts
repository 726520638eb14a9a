/**
 * LMDB as a flat store.
 *
 * A commit is one batch of lmdb-js, with conditions: all of it is handed over to a thread of libuv's pool, which takes the lock, tests, writes,
 * syncs and lets go, and calls no JavaScript in between. The transactions of lmdb-js, which do, leave a process that exits in the
 * middle of one hanging for good, with the lock held.
 */
import {
  crowded,
  nextTurn,
  type OrderedBatch,
  type OrderedStore,
  StorageBusyError,
  TransactionConflictError,
  type Value,
} from "@caterpillar/storage-core/driver";
import { commitErrorOf, translate } from "./errors.ts";
import type { Database } from "./lmdb.ts";
import { LmdbSnapshot } from "./snapshot.ts";

/** How long to wait for the lock before the caller's deadline is asked for, in milliseconds. */
const PATIENCE_MS = 50;
/** For so long after a commit the lock is taken to be free, or to be so in a moment, in milliseconds. */
const CONFIDENCE_MS = 1000;

export class LmdbStore implements OrderedStore {
  readonly #db: Database;
  readonly #path: string;
  #committed = Number.NEGATIVE_INFINITY;
  /** An empty batch, which waits for the lock. */
  #probe: Promise<unknown> | undefined;

  constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
  }

  snapshot(): LmdbSnapshot {
    try {
      return new LmdbSnapshot(this.#db);
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  async write({ expected, changes }: OrderedBatch): Promise<void> {
    const writes: (readonly [string, Uint8Array | null])[] = [];
    for (const [key, value] of changes) {
      writes.push([key, value === null ? null : bytesOf(value)]);
      if (crowded()) await nextTurn();
    }
    await this.#waitForLock();
    if (!(await this.#commit(expected, writes))) throw new TransactionConflictError();
    this.#committed = performance.now();
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  /** Writes if all that is expected holds; tells whether it did. */
  async #commit(
    expected: OrderedBatch["expected"],
    writes: readonly (readonly [string, Uint8Array | null])[],
  ): Promise<boolean> {
    const db = this.#db;
    let write = (): void => {
      for (const [key, value] of writes) {
        if (value === null) db.remove(key);
        else db.put(key, value);
      }
    };
    if (expected.length === 0) return await this.#settled([db.batch(write)]);
    // Each condition is a block within another one. Only all of them together tell whether the innermost was written: lmdb-js calls the test
    // for a missing key a success within a block that has failed.
    const conditions: Promise<boolean>[] = [];
    for (const [key, mark] of expected) {
      const inner = write;
      write = () => {
        conditions.push(
          mark === undefined ? db.ifNoExists(key, inner) : db.ifVersion(key, numberOf(mark), inner),
        );
      };
    }
    write();
    return await this.#settled(conditions);
  }

  async #settled(conditions: readonly Promise<boolean>[]): Promise<boolean> {
    const results = await Promise.allSettled(conditions);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      throw translate(await commitErrorOf(result.reason), this.#path);
    }
    return results.every((result) => result.status === "fulfilled" && result.value);
  }

  /**
   * A batch that waits for the lock can not be called back, and would be written after its caller was told that it was not. So an empty
   * one goes ahead, if nobody knows who has the lock. It costs a third of a small commit.
   */
  async #waitForLock(): Promise<void> {
    if (performance.now() - this.#committed < CONFIDENCE_MS) return;
    this.#probe ??= this.#db
      .batch(() => {})
      .then(() => undefined, commitErrorOf)
      .finally(() => {
        this.#probe = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const busy = new StorageBusyError(`${this.#path} is locked by another process or thread`);
      timer = setTimeout(reject, PATIENCE_MS, busy);
    });
    try {
      const failure = await Promise.race([this.#probe, late]);
      if (failure !== undefined) throw translate(failure, this.#path);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** lmdb-js compares the first eight bytes of a value as a number; those of a mark are neither zero nor beyond all numbers. */
function numberOf(mark: string): number {
  return new Float64Array(new TextEncoder().encode(mark).buffer)[0] as number;
}

function bytesOf(value: Value): Uint8Array {
  if (typeof value === "string") return Buffer.from(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
