/** BULK: bugs with many items in one call. */
import type { Items, Storage } from "@caterpillar/storage-core";
import type { Value } from "@caterpillar/storage-core/driver";
import { inEntries, inSnapshot } from "./engine-parts.ts";
import { inStorage, type Mutant } from "./mutant.ts";

type Pair = readonly [string, string];

/** A bug in `setContainerItems` of a storage. */
function inSetMany(
  name: string,
  killedBy: string,
  set: (storage: Storage, container: string, items: Items<string>) => Promise<void>,
): Mutant {
  return inStorage(name, killedBy, (storage) => ({
    setContainerItems: (container: string, items: Items<string>) => set(storage, container, items),
  }));
}

/** What may be iterated as it is; objects, as their entries. */
function iterable(items: Items<string>): AsyncIterable<Pair> | Iterable<Pair> {
  if (Symbol.iterator in items || Symbol.asyncIterator in items) {
    return items as Iterable<Pair>;
  }
  return Object.entries(items);
}

async function read(items: Items<string>): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const pair of iterable(items)) pairs.push(pair);
  return pairs;
}

/** Only so many keys of each call are looked up. */
function answering(name: string, killedBy: string, limit: number): Mutant {
  return inSnapshot(name, killedBy, (snapshot) => ({
    async getMany(container, keys, as) {
      const found = await snapshot.getMany(container, keys.slice(0, limit), as);
      return keys.map((_, i) => found[i]);
    },
  }));
}

export const bulkMutants: readonly Mutant[] = [
  inSetMany("items of a generator are lost", "BULK-01", (storage, container, items) =>
    storage.setContainerItems(
      container,
      Array.isArray(items) || items instanceof Map ? items : Object.entries(items),
    ),
  ),
  inSetMany(
    "no items are set where there are none",
    "BULK-01",
    async (storage, container, items) => {
      if (items) await storage.setContainerItems(container, items);
    },
  ),
  answering("only the first 99 keys of a call are answered", "BULK-02", 99),
  inEntries("only the first 999 items of a call are written", "BULK-02", (entries) =>
    entries.slice(0, 999),
  ),
  inEntries("only the first 65,535 items of a call are written", "BULK-03", (entries) =>
    entries.slice(0, 65_535),
  ),
  inSetMany("the first duplicate wins", "BULK-04", async (storage, container, items) => {
    await storage.setContainerItems(container, (await read(items)).reverse());
  }),
  inSetMany("items are written as they come", "BULK-05", async (storage, container, items) => {
    for await (const [key, value] of iterable(items)) {
      await storage.setContainerItem(container, key, value);
    }
  }),
  inSetMany(
    "an iterable that throws has just ended",
    "BULK-05",
    async (storage, container, items) => {
      const pairs: Pair[] = [];
      try {
        for await (const pair of iterable(items)) pairs.push(pair);
      } finally {
        await storage.setContainerItems(container, pairs);
      }
    },
  ),
  inSetMany("an empty list asks for no container", "BULK-06", async (storage, container, items) => {
    const pairs = await read(items);
    if (pairs.length > 0) await storage.setContainerItems(container, pairs);
  }),
  inStorage("no keys to read ask for no container", "BULK-06", (storage) => ({
    getContainerItems: async (container: string, keys: string[]) =>
      keys.length === 0 ? [] : await storage.getContainerItems(container, keys),
  })),
  inStorage("keys of a Set are not deleted", "BULK-07", (storage) => ({
    async deleteContainerItems(container: string, keys: string[]) {
      for (let i = 0; i < keys.length; i++) {
        await storage.deleteContainerItem(container, keys[i] as string);
      }
    },
  })),
  inSnapshot("many keys are answered in the order of keys, each once", "BULK-08", (snapshot) => ({
    async getMany(container, keys, as) {
      const sorted = [...new Set(keys)].sort();
      return [...(await snapshot.getMany(container, sorted, as))];
    },
  })),
  inSnapshot("missing keys are left out", "BULK-08", (snapshot) => ({
    async getMany(container, keys, as) {
      const found = await snapshot.getMany(container, keys, as);
      return found.filter((value): value is Value => value !== undefined);
    },
  })),
  inStorage("no keys are all keys", "BULK-09", (storage) => ({
    async getContainerItems(container: string, keys: Iterable<string>) {
      const wanted = [...keys];
      if (wanted.length > 0) return await storage.getContainerItems(container, wanted);
      const all = [];
      for await (const entry of storage.container(container).entries()) all.push(entry);
      return all;
    },
  })),
  inSetMany("bad items are left out", "BULK-10", async (storage, container, items) => {
    const good = (await read(items)).filter(
      (pair) => Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "string",
    );
    await storage.setContainerItems(container, good);
  }),
  inSetMany("items are written in batches", "BULK-10", async (storage, container, items) => {
    const pairs = await read(items);
    for (let i = 0; i < pairs.length; i += 500) {
      await storage.setContainerItems(container, pairs.slice(i, i + 500));
    }
  }),
  inSetMany(
    "items of an iteration are read outside of the transaction",
    "BULK-11",
    async (storage, container, items) => {
      const pairs = await storage.transaction(() => read(items));
      await storage.transaction((tx) => tx.setContainerItems(container, pairs));
    },
  ),
  inSetMany("an iterable is read inside of a transaction", "BULK-12", (storage, container, items) =>
    storage.transaction((tx) => tx.setContainerItems(container, items)),
  ),
  inStorage("calls wait for an iterable of an earlier one", "BULK-12", (storage) => {
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(call: () => Promise<T>): Promise<T> => {
      const result = last.then(call);
      last = result.catch(() => {});
      // Where a call waits for itself, time runs out.
      const late = new Promise<T>((_, reject) => {
        setTimeout(() => reject(new Error("dead-lock")), 200).unref();
      });
      return Promise.race([result, late]);
    };
    return {
      setContainerItems: (container: string, items: Items<string>) =>
        inTurn(() => storage.setContainerItems(container, items)),
      getContainerItem: (container: string, key: string) =>
        inTurn(() => storage.getContainerItem(container, key)),
    };
  }),
  inSetMany("items are read without a pause", "BULK-13", async (storage, container, items) => {
    const pairs = await read(items);
    if (pairs.length < 100_000) await storage.setContainerItems(container, pairs);
  }),
  inSetMany("a collection is read a little later", "BULK-14", async (storage, container, items) => {
    await null;
    await storage.setContainerItems(container, items);
  }),
];
