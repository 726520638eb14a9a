/**
 * The memory driver: the contract on a sorted map, and nothing else.
 *
 * It is the reference for driver authors, and a storage for unit tests: no file, nothing to clean up. A name stands for one
 * store in each thread; it lives until it is removed or the thread ends, also while no storage is open on it.
 *
 * A store is one immutable state: containers by name, each a map in key order. A commit makes the next state from clones, whose
 * nodes are shared until they are written to, and then replaces the old one. So a snapshot is the state of its moment.
 */
import {
  type As,
  type Changes,
  crowded,
  type Driver,
  DuplicateStorageError,
  defineStorage,
  type Engine,
  type Entry,
  type Form,
  nextTurn,
  type Page,
  type PageRange,
  type Snapshot,
  StorageNotFoundError,
  type StorageOpener,
  TransactionConflictError,
  type Value,
  type WriteOptions,
} from "./driver.ts";
import { disownEngine } from "./engine-registry.ts";
import { entriesOf, type SortedMap, sortedMap } from "./sorted-map.ts";
import type { Storage } from "./storage.ts";

type State = SortedMap<SortedMap<Value>>;

interface Store {
  state: State;
}

const stores = new Map<string, Store>();

const driver: Driver = {
  name: "memory",
  facts: {
    location: "name",
    threads: "separate",
    processes: "separate",
    durability: [],
    readonly: "core",
  },
  open(name, { create }) {
    const found = stores.get(name);
    if (create && found !== undefined) {
      throw new DuplicateStorageError(
        `there is a memory storage ${JSON.stringify(name)} in this thread already; open it without create, or remove it first`,
      );
    }
    if (found !== undefined) return new MemoryEngine(found);
    if (!create) {
      throw new StorageNotFoundError(
        `there is no memory storage ${JSON.stringify(name)} in this thread; open it with create`,
      );
    }
    const store: Store = { state: sortedMap() };
    stores.set(name, store);
    return new MemoryEngine(store);
  },
};

/** Opens storages in memory, and forgets them. */
export interface MemoryStorageOpener extends StorageOpener {
  /** Forgets a store, so that its name is free again; tells whether there was one. Storages open on it keep what they have. */
  remove(name: string): boolean;
}

/** Storages in memory, by name: those opened on one name in one thread share one store. */
export const MemoryStorage: MemoryStorageOpener = {
  ...defineStorage(driver),
  remove(name) {
    disownEngine(driver, name);
    return stores.delete(name);
  },
};
export type MemoryStorage = Storage;

class MemoryEngine implements Engine {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  snapshot(): Snapshot {
    return new MemorySnapshot(this.#store.state);
  }

  async write(changes: Changes, { base }: WriteOptions): Promise<void> {
    const before = this.#store.state;
    if (base !== undefined && (base as MemorySnapshot).state !== before) {
      throw new TransactionConflictError();
    }
    const next = before.clone();
    for (const { container, action, entries } of changes) {
      if (crowded()) await nextTurn();
      if (next.has(container) === (action === "create")) throw new TransactionConflictError();
      if (action === "delete") {
        next.delete(container);
        continue;
      }
      const items =
        action === "keep" ? (next.get(container) as SortedMap<Value>).clone() : sortedMap<Value>();
      next.set(container, items);
      for (const [key, value] of entries) {
        if (value === null) items.delete(key);
        else items.set(key, value);
        if (crowded()) await nextTurn();
      }
    }
    this.#store.state = next;
  }

  close(): void {}
}

class MemorySnapshot implements Snapshot {
  readonly state: State;

  constructor(state: State) {
    this.state = state;
  }

  containers(): readonly string[] {
    return this.state.keysArray();
  }

  has(container: string): boolean {
    return this.state.has(container);
  }

  get(container: string, key: string, as: As): Value | undefined {
    return handOut(this.#items(container).get(key), as);
  }

  getMany(container: string, keys: readonly string[], as: As): readonly (Value | undefined)[] {
    const items = this.#items(container);
    return keys.map((key) => handOut(items.get(key), as));
  }

  page(container: string, range: PageRange, as: Form): Page<Entry> {
    return this.#take(container, range, (key, value) => [key, handOut(value, as) as Value]);
  }

  keys(container: string, range: PageRange): Page<string> {
    return this.#take(container, range, (key) => key);
  }

  count(container: string): number {
    return this.#items(container).size;
  }

  close(): void {}

  #items(container: string): SortedMap<Value> {
    return this.state.get(container) as SortedMap<Value>;
  }

  #take<T>(container: string, range: PageRange, make: (key: string, value: Value) => T): Page<T> {
    const items: T[] = [];
    const entries = entriesOf(this.#items(container), range);
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
