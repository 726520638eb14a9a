/** Reads what callers give as items or keys, checks each, and does not hold up the event loop over many. */
import type { Encoding } from "./encodings.ts";
import { describe, type Key, toKey } from "./keys.ts";
import { ignore, type MaybePromise } from "./maybe-promise.ts";
import type { OwnEntry } from "./overlay.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import { toValue } from "./values.ts";

/** Pairs of key and value: a Map, an array of pairs, a plain object, a generator, an async iterable. */
export type Items<V> =
  | Iterable<readonly [Key, V]>
  | AsyncIterable<readonly [Key, V]>
  | { readonly [key: string]: V };

/** Keys: an array, a Set, a generator, an async iterable. */
export type Keys = Iterable<Key> | AsyncIterable<Key>;

/** How many items are read between two looks at the clock. */
const STRIDE = 128;

/** What was read, and whether it was read from an async iterable, whose end is up to somebody else. */
export interface Collected<T> {
  readonly items: MaybePromise<T[]>;
  readonly fromAsync: boolean;
}

/** Entries to set. */
export function collectItems<V>(
  items: Items<V>,
  encoding: Encoding<V, unknown>,
): Collected<OwnEntry> {
  return collect(iterableOf(items), (pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`each item must be a pair [key, value], not ${describe(pair)}`);
    }
    return [toKey(pair[0]), toValue(encoding.encode(pair[1] as V))];
  });
}

/** Keys to read or to delete. */
export function collectKeys<T>(keys: Keys, make: (key: string) => T): Collected<T> {
  if (!isIterable(keys) && !isAsyncIterable(keys)) {
    throw new TypeError(
      `keys must be an iterable of keys, such as an array, not ${describe(keys)}`,
    );
  }
  return collect(keys, (key) => make(toKey(key as Key)));
}

function iterableOf<V>(items: Items<V>): Iterable<unknown> | AsyncIterable<unknown> {
  if (isAsyncIterable(items) || isIterable(items)) return items;
  if (isPlainObject(items)) return Object.entries(items);
  throw new TypeError(
    `items must be a Map, a plain object or an iterable of [key, value] pairs, not ${describe(items)}`,
  );
}

function collect<T>(
  source: Iterable<unknown> | AsyncIterable<unknown>,
  make: (item: unknown) => T,
): Collected<T> {
  if (isAsyncIterable(source)) return later(collectAsync(source, make), true);
  // Arrays and Maps say their size; a generator may go on for long.
  const size = Array.isArray(source) ? source.length : (source as Partial<Set<unknown>>).size;
  if (size === undefined || size > STRIDE) {
    return later(collectInSlices(source, make), false);
  }
  const items: T[] = [];
  for (const item of source) items.push(make(item));
  return { items, fromAsync: false };
}

/** Whoever asked for the items may fail before it looks at them; a second failure is not news then. */
function later<T>(items: Promise<T[]>, fromAsync: boolean): Collected<T> {
  items.catch(ignore);
  return { items, fromAsync };
}

async function collectInSlices<T>(
  source: Iterable<unknown>,
  make: (item: unknown) => T,
): Promise<T[]> {
  const items: T[] = [];
  for (const item of source) {
    items.push(make(item));
    if (items.length % STRIDE === 0 && crowded()) await nextTurn();
  }
  return items;
}

async function collectAsync<T>(
  source: AsyncIterable<unknown>,
  make: (item: unknown) => T,
): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) {
    items.push(make(item));
    if (items.length % STRIDE === 0 && crowded()) await nextTurn();
  }
  return items;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** An object literal of any realm. An instance of a class has no items by itself: better refused than read as none. */
function isPlainObject(value: unknown): value is Record<string, never> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
