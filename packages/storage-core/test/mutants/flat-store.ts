/** Bugs of drivers on flat stores: in what such a store must do, below all that the core makes of it. */
import {
  compareKeys,
  type Driver,
  DuplicateStorageError,
  defineStorage,
  formatStore,
  nextTurn,
  type OrderedSnapshot,
  type OrderedStore,
  orderedEngine,
  type PageRange,
  StorageNotFoundError,
  type Value,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { MemoryStore } from "../../src/memory-store.ts";
import { type Mutant, replace } from "./mutant.ts";

type Change = readonly [key: string, value: Value | null];

/** A driver on a store in memory, where what `change` answers replaces the store's own methods. */
function inStore(
  name: string,
  killedBy: string,
  change: (store: MemoryStore) => Partial<OrderedStore>,
): Mutant {
  const stores = new Map<string, OrderedStore>();
  const driver: Driver = {
    name: `flat store, where ${name}`,
    facts: MemoryStorage.driver.facts,
    async open(path, { create }) {
      const found = stores.get(path);
      if (create && found !== undefined) throw new DuplicateStorageError(`there is ${path}`);
      if (found !== undefined) return orderedEngine(found, path);
      if (!create) throw new StorageNotFoundError(`there is no ${path}`);
      const intact = new MemoryStore();
      await formatStore(intact);
      const store: OrderedStore = replace<OrderedStore>(intact, change(intact));
      stores.set(path, store);
      return orderedEngine(store, path);
    },
  };
  return { name, killedBy, storage: defineStorage(driver) };
}

/** The same for the store's snapshots. */
function inView(
  name: string,
  killedBy: string,
  change: (view: OrderedSnapshot, store: MemoryStore) => Partial<OrderedSnapshot>,
): Mutant {
  return inStore(name, killedBy, (store) => ({
    snapshot: () => {
      const view = store.snapshot();
      return replace(view, change(view, store));
    },
  }));
}

/** Changes as they are, not as an iterator that hands one pair out again and again. */
function listOf(changes: Iterable<Change>): Change[] {
  return Array.from(changes, ([key, value]) => [key, value]);
}

/** Pages and keys of other ranges than those that were asked for. */
function inRanges(name: string, killedBy: string, change: (range: PageRange) => PageRange): Mutant {
  return inView(name, killedBy, (view) => ({
    page: (range, as) => view.page(change(range), as),
    keys: (range) => view.keys(change(range)),
  }));
}

function behind(key: string): string {
  return `${key}\0`;
}

export const flatStoreMutants: readonly Mutant[] = [
  inStore("nobody looks at what a batch expects", "CONF-01", (store) => ({
    write: (batch) => store.write({ ...batch, expected: [] }),
  })),
  inStore("a batch is two batches", "ISO-24", (store) => ({
    write: async ({ expected, changes, durability }) => {
      const all = listOf(changes);
      const half = Math.ceil(all.length / 2);
      await store.write({ expected, changes: all.slice(0, half), durability });
      await nextTurn();
      await store.write({ expected: [], changes: all.slice(half), durability });
    },
  })),
  inStore("a batch holds no more than 10,000 changes", "BULK-03", (store) => ({
    write: ({ expected, changes, durability }) =>
      store.write({ expected, changes: listOf(changes).slice(0, 10_000), durability }),
  })),
  inStore("an empty value is a tombstone", "KV-04", (store) => ({
    write: ({ expected, changes, durability }) => {
      const all = listOf(changes).map(([key, value]): Change => [key, value || null]);
      return store.write({ expected, changes: all, durability });
    },
  })),
  inStore("keys end with their first NUL", "KV-06", (store) => ({
    write: ({ expected, changes, durability }) => {
      const all = listOf(changes).map(([key, value]): Change => {
        const [, start = "", rest = ""] = /^(.{0,8}.*?)(\0.*)?$/s.exec(key) ?? [];
        return [rest === "" ? key : start, value];
      });
      return store.write({ expected, changes: all, durability });
    },
  })),
  inView("a snapshot reads what is newest", "ISO-20", (_, store) => ({
    get: (key, as) => store.snapshot().get(key, as),
    getMany: (keys, as) => store.snapshot().getMany(keys, as),
  })),
  inView("a page is of what is newest", "ITER-08", (_, store) => ({
    page: (range, as) => store.snapshot().page(range, as),
  })),
  inView("many keys are answered without those that are missing", "BULK-08", (view) => ({
    getMany: async (keys, as) => {
      const values = await view.getMany(keys, as);
      return values.filter((value) => value !== undefined);
    },
  })),
  inView("no more than a hundred keys are answered", "BULK-02", (view) => ({
    getMany: async (keys, as) => {
      const values = await view.getMany(keys.slice(0, 100), as);
      return keys.map((_, i) => values[i]);
    },
  })),
  inView("entries come in the order of JavaScript", "ITER-10", (view) => ({
    page: async (range, as) => {
      const { items, more } = await view.page(range, as);
      const sorted = [...items].sort(([a], [b]) => (a < b ? -1 : 1));
      return { items: range.reverse ? sorted.reverse() : sorted, more };
    },
  })),
  inView("a page that is full is the last one", "ITER-01", (view) => ({
    page: async (range, as) => {
      const { items, more } = await view.page(range, as);
      return { items, more: more && items.length < range.limit };
    },
  })),
  inRanges("the end of a range is part of it", "ITER-14", (range) => ({
    ...range,
    end: range.end === undefined ? undefined : behind(range.end),
  })),
  inRanges("a range begins behind its start", "KV-01", (range) => ({
    ...range,
    start: range.reverse ? range.start : behind(range.start),
  })),
  inRanges("there is no way back", "ITER-13", (range) => ({ ...range, reverse: false })),
  inView("a page backwards leaves its last key out", "ITER-14", (view) => ({
    page: async (range, as) => {
      const { items, more } = await view.page(range, as);
      const rest = items.filter(([key]) => compareKeys(key, range.start) !== 0);
      return { items: range.reverse ? rest : items, more };
    },
  })),
];
