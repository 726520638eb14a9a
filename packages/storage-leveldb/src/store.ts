/** LevelDB as a flat store. */
import { isMainThread } from "node:worker_threads";
import {
  checkExpected,
  crowded,
  identityOf,
  MAX_STORE_KEY_BYTES,
  movedError,
  nextTurn,
  type OrderedBatch,
  type OrderedStore,
  oncePerTurn,
  type Value,
} from "@caterpillar/storage-core/driver";
import { ClassicLevel } from "classic-level";
import { lockedError, translate, translateWrite } from "./errors.ts";
import { isOpenHere } from "./lock-file.ts";
import { LevelReads, LevelSnapshot } from "./snapshot.ts";

export type Level = ClassicLevel<string, string | Uint8Array>;

const TEXT = { valueEncoding: "utf8" } as const;
const BYTES = { valueEncoding: "view" } as const;

/**
 * So many changes go in an array: none where the thread may be terminated. classic-level takes an array apart itself, and where it is terminated in
 * the middle it writes what it has by then, and more than once memory that was anything.
 */
const FEW = isMainThread ? 1000 : 0;

type Operation =
  | { type: "del"; key: string }
  | { type: "put"; key: string; value: string | Uint8Array; valueEncoding: "utf8" | "view" };

type ChainedBatch = ReturnType<Level["batch"]>;

export class LevelStore implements OrderedStore {
  readonly exclusive = true;
  readonly #db: Level;
  readonly #path: string;
  readonly #reads: LevelReads;
  readonly #checkPlace: () => void;
  /** Why nothing is written any more. */
  #failure: unknown;

  /** The path is a real one: LevelDB takes two names of one folder for two, and damages it. */
  static async open(path: string, { create }: { create: boolean }): Promise<LevelStore> {
    if (isOpenHere(path)) throw lockedError(path);
    const db: Level = new ClassicLevel(path, {
      createIfMissing: create,
      errorIfExists: create,
      // Two handles that share a database crash the process when the first one is closed first.
      multithreading: false,
    });
    try {
      await db.open();
    } catch (error) {
      throw translate(error, path);
    }
    return new LevelStore(db, path);
  }

  private constructor(db: Level, path: string) {
    this.#db = db;
    this.#path = path;
    this.#reads = new LevelReads(db, path);
    const identity = identityOf(path);
    // LevelDB opens its tables by their names, and would read those of another database.
    this.#checkPlace = oncePerTurn(() => {
      if (identityOf(path) !== identity) throw movedError(path);
    });
    // `getSync` writes keys into a buffer that it keeps, and cuts a key off where only a part of its last character has room. So the first
    // key makes the buffer large enough for all.
    db.getSync("x".repeat(MAX_STORE_KEY_BYTES));
  }

  snapshot(): LevelSnapshot {
    this.#checkPlace();
    return new LevelSnapshot(this.#db, this.#path);
  }

  newest(): LevelReads {
    this.#checkPlace();
    return this.#reads;
  }

  async write({ expected, changes, durability }: OrderedBatch): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    checkExpected(expected, (key) => this.#db.getSync(key, TEXT));
    const sync = durability === "power-loss";
    const apply = await this.#prepare(changes);
    try {
      await apply({ sync });
    } catch (error) {
      // LevelDB goes on behind what it has written in part, and loses what comes after it when it is opened again.
      this.#failure = translateWrite(error, this.#path);
      throw this.#failure;
    }
  }

  /**
   * Puts a batch together, and reads what it is to hold once. A chained one can be made in slices, but classic-level keeps its memory until
   * garbage is collected, which does not know of it; so it is for many items, and few, which may be large, go in an array.
   */
  async #prepare(
    changes: OrderedBatch["changes"],
  ): Promise<(how: { sync: boolean }) => Promise<void>> {
    const few: Operation[] = [];
    let many: ChainedBatch | undefined;
    try {
      for (const change of changes) {
        if (many !== undefined) chain(many, operationOf(change));
        else if (few.push(operationOf(change)) > FEW) {
          many = this.#db.batch();
          for (const operation of few) chain(many, operation);
        }
        if (crowded()) await nextTurn();
      }
    } catch (error) {
      await many?.close();
      throw error;
    }
    if (many === undefined) return (how) => this.#db.batch(few, how);
    return (how) => many.write(how);
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

function operationOf([key, value]: readonly [string, Value | null]): Operation {
  if (value === null) return { type: "del", key };
  const encoding = typeof value === "string" ? TEXT : BYTES;
  return { type: "put", key, value, ...encoding };
}

function chain(batch: ChainedBatch, operation: Operation): void {
  if (operation.type === "del") batch.del(operation.key);
  else batch.put(operation.key, operation.value, operation);
}
