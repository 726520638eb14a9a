/**
 * The interface for flat stores: one ordered map from strings to values, as LevelDB, LMDB, RocksDB, FoundationDB and many a remote
 * service are. `orderedEngine` makes an `Engine` of one. A store says only what its own engine must do: pin a view, read
 * it, and apply a batch of changes in one atomic step if a few keys still hold what they did.
 *
 * What the core guarantees to an `Engine` holds here as well, and beyond that:
 *
 * - Keys are well-formed Unicode strings of 1 to {@link MAX_STORE_KEY_BYTES} bytes of UTF-8; their order is that of those bytes.
 * - `write` is called once at a time, and `snapshot` and reads may overlap it.
 */
import type { As, Durability, Entry, Page, PageRange } from "./driver.ts";
import { TransactionConflictError } from "./errors.ts";
import { MAX_KEY_BYTES } from "./keys.ts";
import { isPromise, type MaybePromise } from "./maybe-promise.ts";
import type { Form, Value } from "./values.ts";

/** The longest key of a store: a key of a container, one byte more where it bounds a range, and what stands before it. */
export const MAX_STORE_KEY_BYTES: number = MAX_KEY_BYTES + 10;

/** What an engine keeps: a flat, ordered map. */
export interface OrderedStore {
  /** Whether nobody else can write to the map while this store is open. Default: false. */
  readonly exclusive?: boolean;
  /** Pins a view, as `Engine.snapshot` does. */
  snapshot(durability: Durability): MaybePromise<OrderedSnapshot>;
  /**
   * A shorter way to the newest state than a snapshot, which needs no closing. Until the thread is let go its values are of one state, and later of a later
   * one; where the store is exclusive, each may be of a later one than that before it. Left out where there is none.
   */
  newest?(): { get(key: string, as: As): Value | undefined };
  /**
   * Applies all changes or none, and resolves when they are as durable as asked. `TransactionConflictError` if something expected
   * does not hold at that moment; nothing is written then. Large batches are applied in slices, or off the thread.
   */
  write(batch: OrderedBatch): MaybePromise<void>;
  close(): MaybePromise<void>;
}

export interface OrderedBatch {
  /** What must hold for the batch to be applied; at most {@link MAX_EXPECTED}. */
  readonly expected: readonly Expectation[];
  /**
   * What to set or, with `null`, to delete, each key once. May be iterated more than once; the pair may be reused by the iterator. It may throw
   * half way: then nothing is applied, and what was begun, a batch or a transaction of the engine's, must be let go.
   */
  readonly changes: Iterable<readonly [key: string, value: Value | null]>;
  readonly durability: Durability;
}

/**
 * A key, and its value or `undefined` for nothing. Values that are ever expected are marks: texts of exactly eight printable ASCII
 * characters, so that they can be compared as text, as bytes, or as one number of 64 bits.
 */
export type Expectation = readonly [key: string, mark: string | undefined];

/** More than so many keys are never expected. */
export const MAX_EXPECTED = 64;

/** A fixed view of the map; the methods are those of a `Snapshot`, without the containers. */
export interface OrderedSnapshot {
  get(key: string, as: As): MaybePromise<Value | undefined>;
  getMany(keys: readonly string[], as: As): MaybePromise<readonly (Value | undefined)[]>;
  page(range: PageRange, as: Form): MaybePromise<Page<Entry>>;
  keys(range: PageRange): MaybePromise<Page<string>>;
  /**
   * The key at an index of the range, from 0, whatever its limit; `undefined` where the range has not so many. For counting: left out by an engine that would have to read
   * all keys before it one by one.
   */
  nth?(range: PageRange, index: number): MaybePromise<string | undefined>;
  close(): MaybePromise<void>;
}

/**
 * For a store that nobody else writes to: throws `TransactionConflictError` if what is expected does not hold. `get` answers the newest value of a
 * key, as text or bytes, directly or with a promise; where it promises, so does this, and must be awaited.
 */
export function checkExpected(
  expected: readonly Expectation[],
  get: (key: string) => Value | undefined,
): void;
export function checkExpected(
  expected: readonly Expectation[],
  get: (key: string) => MaybePromise<Value | undefined>,
): MaybePromise<void>;
export function checkExpected(
  expected: readonly Expectation[],
  get: (key: string) => MaybePromise<Value | undefined>,
): MaybePromise<void> {
  const found = expected.map(([key]) => get(key));
  const compare = (values: readonly (Value | undefined)[]): void => {
    const holds = expected.every(([, mark], i) => markOf(values[i]) === mark);
    if (!holds) throw new TransactionConflictError();
  };
  return found.some(isPromise) ? Promise.all(found).then(compare) : compare(found as Value[]);
}

/** A value, to be compared with a mark; anything else than a mark comes out as some other text. */
export function markOf(value: Value | undefined): string | undefined {
  return typeof value === "object" ? Buffer.from(value).toString("latin1") : value;
}
