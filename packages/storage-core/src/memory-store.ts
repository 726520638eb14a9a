/**
 * A flat store in memory. It is one immutable map: a commit makes the next one from a clone, whose nodes are shared until they are
 * written to, and then replaces the old one. So a snapshot is the map of its moment.
 */
import {
  type As,
  checkExpected,
  crowded,
  type Entry,
  type Form,
  nextTurn,
  type OrderedBatch,
  type OrderedSnapshot,
  type OrderedStore,
  type Page,
  type PageRange,
  type Value,
} from "./driver.ts";
import { entriesOf, type SortedMap, sortedMap } from "./sorted-map.ts";

export class MemoryStore implements OrderedStore {
  readonly exclusive = true;
  #map: SortedMap<Value> = sortedMap();

  snapshot(): OrderedSnapshot {
    return new MemorySnapshot(this.#map);
  }

  newest(): MemorySnapshot {
    return new MemorySnapshot(this.#map);
  }

  async write({ expected, changes }: OrderedBatch): Promise<void> {
    checkExpected(expected, (key) => this.#map.get(key));
    const next = this.#map.clone();
    for (const [key, value] of changes) {
      if (value === null) next.delete(key);
      else next.set(key, value);
      if (crowded()) await nextTurn();
    }
    this.#map = next;
  }

  /** The store stays, for the next one who opens it. */
  close(): void {}
}

class MemorySnapshot implements OrderedSnapshot {
  readonly #map: SortedMap<Value>;

  constructor(map: SortedMap<Value>) {
    this.#map = map;
  }

  get(key: string, as: As): Value | undefined {
    return handOut(this.#map.get(key), as);
  }

  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return keys.map((key) => this.get(key, as));
  }

  page(range: PageRange, as: Form): Page<Entry> {
    return this.#take(range, (key, value) => [key, handOut(value, as) as Value]);
  }

  keys(range: PageRange): Page<string> {
    return this.#take(range, (key) => key);
  }

  close(): void {}

  #take<T>(range: PageRange, make: (key: string, value: Value) => T): Page<T> {
    const items: T[] = [];
    const entries = entriesOf(this.#map, range);
    let bytes = 0;
    while (items.length < range.limit && bytes < range.bytes) {
      const { done, value: entry } = entries.next();
      if (done) return { items, more: false };
      items.push(make(entry[0], entry[1]));
      bytes += entry[1].length;
    }
    return { items, more: true };
  }
}

/** What is kept stays ours: bytes are copied. */
function handOut(value: Value | undefined, as: As): Value | undefined {
  if (as === "presence" || typeof value !== "object") return value;
  return new Uint8Array(value);
}
