/** Bugs in how storages are opened, in what read-only ones allow, and in the transactions that run a function. */
import type { OpenOptions, Storage, Transaction } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { inStorage, type Mutant, replace } from "./mutant.ts";
import { aside } from "./sessions.ts";

export type Open = (path: string | URL, options?: OpenOptions) => Promise<Storage>;

/** `open` does it all, with the memory driver's own at hand. */
export function inOpen(name: string, killedBy: string, open: Open): Mutant {
  return { name, killedBy, storage: { driver: MemoryStorage.driver, open } };
}

/** What `change` answers replaces methods of those storages that are read-only. */
export function inReadonly(
  name: string,
  killedBy: string,
  change: (storage: Storage) => Partial<Record<keyof Storage, unknown>>,
): Mutant {
  return inOpen(name, killedBy, async (path, options) => {
    const storage = await MemoryStorage.open(path, options);
    return storage.readonly ? replace(storage, change(storage) as Partial<Storage>) : storage;
  });
}

/** A method that a read-only storage takes, and does. */
export function allowed<K extends keyof Storage>(
  storage: Storage,
  method: K,
): (...args: unknown[]) => Promise<unknown> {
  return (...args) =>
    aside(storage, (other) => (other[method] as (...args: unknown[]) => Promise<unknown>)(...args));
}

/** What `change` answers replaces methods of the transaction that `transaction()` gives to its function. */
export function inTransaction(
  name: string,
  killedBy: string,
  change: (tx: Transaction) => Partial<Record<keyof Transaction, unknown>>,
): Mutant {
  return inStorage(name, killedBy, (storage) => ({
    transaction: (run: Parameters<Storage["transaction"]>[0], options: object) =>
      storage.transaction(
        (tx, attempt) => run(replace(tx, change(tx) as Partial<Transaction>), attempt),
        options,
      ),
  }));
}
