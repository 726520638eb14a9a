/**
 * Reads what callers give as items or keys. A collection is read at the call, so that what happens to it afterwards changes nothing; an
 * async iterable in slices that leave the event loop alive.
 */
import type { Items, Keys } from "@caterpillar/storage-core";
import { crowded, nextTurn } from "@caterpillar/storage-core/driver";
import { type KVInput, kindOf, toKVBytes, toKVKey } from "./kv-value.ts";

type Source = Iterable<unknown> | AsyncIterable<unknown>;

/** Values by key; of several for one key the last holds. A promise only where the items are an async iterable. */
export function collectValues(
  items: Items<KVInput>,
): Map<string, Uint8Array> | Promise<Map<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  return visitAll(pairsOf(items), values, (pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError("each item must be a pair [key, value]");
    }
    values.set(toKVKey(pair[0]), toKVBytes(pair[1]));
  });
}

/** The keys as text. A promise only where they are an async iterable: nobody else is to wait, and lose the order of calls. */
export function collectKeys(keys: Keys): string[] | Promise<string[]> {
  if (!isIterable(keys)) {
    throw new TypeError(`keys must be an iterable of keys, such as an array, not ${kindOf(keys)}`);
  }
  const list: string[] = [];
  return visitAll(keys, list, (key) => list.push(toKVKey(key)));
}

function visitAll<T>(source: Source, visited: T, visit: (item: unknown) => void): T | Promise<T> {
  if (Symbol.asyncIterator in source) return visitLater(source, visited, visit);
  for (const item of source) visit(item);
  return visited;
}

async function visitLater<T>(
  source: AsyncIterable<unknown>,
  visited: T,
  visit: (item: unknown) => void,
): Promise<T> {
  for await (const item of source) {
    visit(item);
    if (crowded()) await nextTurn();
  }
  return visited;
}

function pairsOf(items: Items<KVInput>): Source {
  if (isIterable(items)) return items;
  if (isPlainObject(items)) return Object.entries(items);
  throw new TypeError(
    `items must be a Map, a plain object or an iterable of [key, value] pairs, not ${kindOf(items)}`,
  );
}

function isIterable(value: unknown): value is Source {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

/** An object literal of any realm. An instance of a class has no items by itself: better refused than read as none. */
function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
