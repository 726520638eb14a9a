/**
 * A map in key order whose copies are free: a B+ tree that is copied on write. Own writes and the memory driver stand on it.
 * A clone and its original share all nodes until one of them is written to, so a clone that is never written to is a snapshot.
 */
import sortedBTree from "sorted-btree";
import { compareKeys } from "./keys.ts";

/** The part of the tree that is used here. */
export interface SortedMap<V> {
  readonly size: number;
  get(key: string): V | undefined;
  has(key: string): boolean;
  set(key: string, value: V): boolean;
  delete(key: string): boolean;
  /** A copy that shares all nodes, until one of the two is written to. */
  clone(): SortedMap<V>;
  /** From a key on, or all; in the array that is given, over and over, if one is. */
  entries(lowest?: string, reusedArray?: unknown[]): IterableIterator<[string, V]>;
  /** From a key down, with or without it, or all. */
  entriesReversed(
    highest?: string,
    reusedArray?: undefined,
    skipHighest?: boolean,
  ): IterableIterator<[string, V]>;
  toArray(): [string, V][];
  keysArray(): string[];
}

export function sortedMap<V>(): SortedMap<V> {
  return new sortedBTree.default<string, V>(undefined, compareKeys);
}

/** The entries of an interval, in its direction. The map must not change meanwhile: iterate a clone. */
export function entriesOf<V>(
  map: SortedMap<V>,
  { start, end, reverse }: { start: string; end: string | undefined; reverse: boolean },
): Iterator<[string, V]> {
  const all = reverse ? map.entriesReversed(end, undefined, true) : map.entries(start);
  return {
    next() {
      const step = all.next();
      if (step.done) return step;
      const [key] = step.value;
      const outside = reverse
        ? compareKeys(key, start) < 0
        : end !== undefined && compareKeys(key, end) >= 0;
      return outside ? { done: true, value: undefined } : step;
    },
  };
}
