/**
 * Reads what callers give as items or keys, and checks each. A collection is read at the call, and takes the time that it takes: a
 * tenth of a microsecond an item, or some tenths where nothing is compiled yet. An async iterable is read in slices that leave the event loop alive.
 */
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

/** How many items of an async iterable are read between two looks at the clock. */
const STRIDE = 128;

/** Entries to set: at once, or when an async iterable has ended. */
export function collectItems<V>(
  items: Items<V>,
  encoding: Encoding<V, unknown>,
): MaybePromise<OwnEntry[]> {
  return collect(iterableOf(items), (pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`each item must be a pair [key, value], not ${describe(pair)}`);
    }
    return [toKey(pair[0]), toValue(encoding.encode(pair[1] as V))];
  });
}

/** Keys to read or to delete: at once, or when an async iterable has ended. */
export function collectKeys<T>(keys: Keys, make: (key: string) => T): MaybePromise<T[]> {
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
): MaybePromise<T[]> {
  if (!isAsyncIterable(source)) {
    // So that what goes on in this turn of the event loop knows how long it took.
    crowded();
    // As it is at the call, whatever the caller does with the collection or with a buffer in it afterwards.
    const items: T[] = [];
    for (const item of source) items.push(make(item));
    return items;
  }
  const items = collectAsync(source, make);
  // Whoever asked may fail before it looks at them; a second failure is not news then.
  items.catch(ignore);
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
