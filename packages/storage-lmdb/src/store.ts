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
  TransactionConflictError,
  type Value,
} from "@caterpillar/storage-core/driver";
import { commitErrorOf, translate } from "./errors.ts";
import { type Database, openDatabase } from "./lmdb.ts";
import { Reads } from "./reads.ts";
import { LmdbSnapshot } from "./snapshot.ts";
import { Turns } from "./turns.ts";

type Write = readonly [key: string, value: Uint8Array | null];

export class LmdbStore implements OrderedStore {
  readonly #db: Database;
  readonly #reads: Reads;
  readonly #turns: Turns;
  readonly #path: string;

  /** Opens the database in the folder. */
  static async open(path: string): Promise<LmdbStore> {
    const turns = Turns.join(path);
    try {
      return new LmdbStore(await turns.open(() => openDatabase(path)), turns, path);
    } catch (error) {
      turns.close();
      throw error;
    }
  }

  private constructor(db: Database, turns: Turns, path: string) {
    this.#db = db;
    this.#reads = new Reads(db, path);
    this.#turns = turns;
    this.#path = path;
  }

  snapshot(): LmdbSnapshot {
    return new LmdbSnapshot(this.#reads);
  }

  newest(): Reads {
    return this.#reads.renew();
  }

  async write(batch: OrderedBatch): Promise<void> {
    try {
      await this.#write(batch);
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  async #write({ expected, changes }: OrderedBatch): Promise<void> {
    const writes: Write[] = [];
    for (const [key, value] of changes) {
      writes.push([key, value === null ? null : bytesOf(value)]);
      if (!crowded()) continue;
      // The work of putting it together would be done again.
      this.#turns.check();
      await nextTurn();
    }
    const made = await this.#turns.commit(() => this.#commit(expected, writes));
    if (!made) throw new TransactionConflictError();
  }

  async close(): Promise<void> {
    await this.#db.close();
    this.#turns.close();
  }

  /** Writes if all that is expected holds; tells whether it did. */
  async #commit(expected: OrderedBatch["expected"], writes: readonly Write[]): Promise<boolean> {
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
      throw await commitErrorOf(result.reason);
    }
    return results.every((result) => result.status === "fulfilled" && result.value);
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
