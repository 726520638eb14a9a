/**
 * The memory driver: the contract on a sorted map, and nothing else.
 *
 * It is the reference for authors of drivers on flat stores, and a storage for unit tests: no file, nothing to clean up. A name stands
 * for one store in each thread; it lives until it is removed or the thread ends, also while no storage is open on it.
 */
import {
  type Driver,
  DuplicateStorageError,
  defineStorage,
  formatStore,
  orderedEngine,
  StorageNotFoundError,
  type StorageOpener,
} from "./driver.ts";
import { disownEngine } from "./engine-registry.ts";
import { MemoryStore } from "./memory-store.ts";
import type { Storage } from "./storage.ts";

const stores = new Map<string, MemoryStore>();

const driver: Driver = {
  name: "memory",
  facts: {
    location: "name",
    threads: "separate",
    processes: "separate",
    durability: [],
    readonly: "core",
    files: [],
  },
  about: {
    engine: "a B+ tree in memory, by sorted-btree 2",
    pick: "unit tests, caches, and data that may go with the process",
    limits: "what fits into memory",
    syncs: "nothing",
    blocks: "nothing for more than some milliseconds",
  },
  async open(name, { create }) {
    const found = stores.get(name);
    if (create && found !== undefined) {
      throw new DuplicateStorageError(
        `there is a memory storage ${JSON.stringify(name)} in this thread already; open it without create, or remove it first`,
      );
    }
    if (found !== undefined) return orderedEngine(found, name);
    if (!create) {
      throw new StorageNotFoundError(
        `there is no memory storage ${JSON.stringify(name)} in this thread; open it with create`,
      );
    }
    const store = new MemoryStore();
    stores.set(name, store);
    await formatStore(store);
    return orderedEngine(store, name);
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
