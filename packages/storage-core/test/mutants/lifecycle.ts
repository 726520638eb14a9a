/** Drivers whose storages and transactions do not begin, end and close as they should. */
import type { Storage, Transaction } from "@caterpillar/storage-core";
import {
  StorageClosedError,
  TransactionConflictError,
  TransactionStateError,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { inStorage, type Mutant, replace } from "./mutant.ts";
import { inOpen } from "./openers.ts";
import { lasting } from "./opening.ts";
import { aside, sharedByPath, watchBegun } from "./sessions.ts";

const isState = (error: unknown): boolean => error instanceof TransactionStateError;

const beginning: readonly Mutant[] = [
  inStorage("begin twice rolls the first one back", "LIFE-01", (storage) => ({
    begin: () =>
      storage.begin().catch(async () => {
        await storage.rollback();
        return await storage.begin();
      }),
  })),
  inStorage("begin twice goes on with the first one", "LIFE-01", (storage) => {
    let first: Transaction | undefined;
    return {
      begin: async () => {
        first = await storage.begin().catch(() => first);
        return first;
      },
    };
  }),
  inStorage("a refused begin ends the transaction", "LIFE-01", (storage) => ({
    begin: async () => {
      try {
        return await storage.begin();
      } catch (error) {
        await storage.rollback();
        throw error;
      }
    },
  })),
  inStorage("commit without begin says nothing", "LIFE-02", (storage) => ({
    commit: () =>
      storage.commit().catch((error: unknown) => {
        if (!isState(error)) throw error;
      }),
  })),
  inStorage("commit twice says nothing", "LIFE-02", (storage) => {
    let committed = false;
    return {
      commit: async () => {
        if (!committed) await storage.commit();
        committed = true;
      },
    };
  }),
  inStorage("rollback without begin says nothing", "LIFE-03", (storage) => ({
    rollback: () => storage.rollback().catch(() => {}),
  })),
  inStorage("the first write begins a transaction", "LIFE-04", (storage) => {
    const { begun, calls } = watchBegun(storage);
    return {
      ...calls,
      setContainerItem: async (id: string, key: string, value: string) => {
        if (!begun()) await calls.begin();
        await storage.setContainerItem(id, key, value);
      },
    };
  }),
  inStorage("the first read begins a transaction", "LIFE-05", (storage) => {
    const { begun, calls } = watchBegun(storage);
    return {
      ...calls,
      getContainerItem: async (id: string, key: string) => {
        if (!begun()) await calls.begin();
        return await storage.getContainerItem(id, key);
      },
    };
  }),
  inStorage("a length is counted once", "LIFE-05", (storage) => {
    const lengths = new Map<string, number>();
    return {
      getContainerLen: async (id: string) => {
        const length = lengths.get(id) ?? (await storage.getContainerLen(id));
        lengths.set(id, length);
        return length;
      },
    };
  }),
  inStorage("after a commit it stays begun", "LIFE-06", (storage) => ({
    commit: async () => {
      await storage.commit();
      await storage.begin();
    },
  })),
  inStorage("a transaction sees what the first one saw", "LIFE-06", (storage) => {
    let length: number | undefined;
    return {
      getContainerLen: async (id: string) => {
        length ??= await storage.getContainerLen(id);
        return length;
      },
    };
  }),
  inStorage("what was rolled back is written by the next transaction", "LIFE-07", (storage) => {
    let last: [string, string, string] | undefined;
    return {
      setContainerItem: async (...item: [string, string, string]) => {
        last = item;
        await storage.setContainerItem(...item);
      },
      begin: async () => {
        const tx = await storage.begin();
        if (last !== undefined) await tx.setContainerItem(...last);
        return tx;
      },
    };
  }),
  inStorage("an empty commit is refused", "LIFE-08", (storage) => {
    let written = false;
    return {
      setContainerItem: async (id: string, key: string, value: string) => {
        written = true;
        await storage.setContainerItem(id, key, value);
      },
      commit: async () => {
        if (!written) throw new TransactionStateError("there is nothing to commit");
        await storage.commit();
      },
    };
  }),
  inStorage("a transaction that only reads conflicts", "LIFE-08", (storage) => {
    const read = (on: Storage): Promise<string | undefined> => on.getContainerItem("c", "a");
    return {
      commit: async () => {
        const seen = await read(storage);
        const newest = await aside(storage, read);
        if (seen === newest) return await storage.commit();
        await storage.rollback();
        throw new TransactionConflictError();
      },
    };
  }),
];

const closing: readonly Mutant[] = [
  inStorage("close twice is refused", "LIFE-09", (storage) => {
    let closed = false;
    return {
      close: async () => {
        if (closed) throw new StorageClosedError("the storage was closed");
        closed = true;
        await storage.close();
      },
    };
  }),
  inStorage("close commits", "LIFE-10", (storage) => ({
    close: async () => {
      await storage.commit().catch(() => {});
      await storage.close();
    },
  })),
  inStorage("a transaction outlives its storage", "LIFE-10", (storage) => ({
    begin: async () => {
      const tx = await storage.begin();
      const read = (id: string, key: string): unknown =>
        tx.getContainerItem(id, key).catch(() => undefined);
      return replace(tx, { getContainerItem: read } as Partial<Transaction>);
    },
  })),
  inStorage("a closed storage has no containers", "LIFE-11", (storage) => ({
    listContainers: () => storage.listContainers().catch(() => []),
  })),
  inStorage("rollback says nothing after close", "LIFE-11", (storage) => ({
    rollback: () =>
      storage.rollback().catch((error: unknown) => {
        if (isState(error)) throw error;
      }),
  })),
  inStorage("begin after close is a wrong state", "LIFE-11", (storage) => ({
    begin: () =>
      storage.begin().catch((error: unknown) => {
        if (isState(error)) throw error;
        throw new TransactionStateError("the storage was closed");
      }),
  })),
  inStorage("close waits for nobody", "LIFE-12", (storage) => ({
    close: async () => {
      void storage.close();
    },
  })),
  inStorage("close does not wait for a slow iterable", "LIFE-12", (storage) => ({
    setContainerItems: async (id: string, items: object) => {
      if (!(Symbol.asyncIterator in items)) return await storage.setContainerItems(id, items as []);
      const collected: [string, string][] = [];
      for await (const item of items as AsyncIterable<[string, string]>) collected.push(item);
      await storage.setContainerItems(id, collected);
    },
  })),
  inStorage("close drops what waits for its turn", "LIFE-12", (storage) => {
    let closed = false;
    return {
      transaction: (run: (tx: Transaction) => unknown) =>
        storage.transaction((tx) => {
          if (closed) throw new StorageClosedError("the storage was closed");
          return run(tx);
        }),
      close: async () => {
        closed = true;
        await storage.close();
      },
    };
  }),
  inStorage("an iteration goes on after close", "LIFE-13", (storage) => ({
    getContainerKeys: async function* (id: string) {
      const keys: string[] = [];
      for await (const key of storage.getContainerKeys(id)) keys.push(key);
      yield* keys;
    },
  })),
  inStorage("an iteration ends early at close", "LIFE-13", (storage) => ({
    getContainerKeys: (id: string) => {
      const keys = storage.getContainerKeys(id);
      const next = (): unknown => keys.next().catch(() => ({ done: true, value: undefined }));
      return { next, [Symbol.asyncIterator]: () => keys };
    },
  })),
  inStorage("the last close forgets all", "LIFE-14", (storage) => ({
    close: async () => {
      await storage.close();
      MemoryStorage.remove(storage.path);
    },
  })),
  inStorage("empty containers are not kept", "LIFE-14", (storage) => ({
    close: async () => {
      for (const name of await storage.listContainers().catch(() => [])) {
        if ((await storage.getContainerLen(name)) === 0) await storage.deleteContainer(name);
      }
      await storage.close();
    },
  })),
  {
    name: "the data are said to outlive the process, and do not",
    killedBy: "LIFE-15",
    storage: { driver: lasting(), open: MemoryStorage.open },
  },
  inStorage("await using forgets to close", "LIFE-16", () => ({
    [Symbol.asyncDispose]: async () => {},
  })),
  inStorage("await using commits", "LIFE-16", (storage) => ({
    begin: async () => {
      const tx = await storage.begin();
      return replace(tx, { [Symbol.asyncDispose]: () => tx.commit().catch(() => {}) });
    },
    // `await using` of V8 takes no bound function, which is what it would find.
    [Symbol.asyncDispose]: () => storage.close(),
  })),
  closesAll(),
  inStorage(
    "close inside of transaction() does nothing and says nothing",
    "LIFE-18",
    (storage) => ({
      close: () => storage.close().catch(() => {}),
    }),
  ),
  inStorage("begin begins a moment later", "LIFE-19", (storage) => ({
    begin: async () => {
      await null;
      return await storage.begin();
    },
  })),
];

/** The first storage to be closed takes the engine away from the others. */
function closesAll(): Mutant {
  const onPath = sharedByPath((): Storage[] => []);
  return inOpen("closing one storage closes all on its path", "LIFE-17", async (path, options) => {
    const storage = await MemoryStorage.open(path, options);
    const all = onPath(storage);
    all.push(storage);
    const close = async (): Promise<void> => {
      await Promise.all(all.map((each) => each.close()));
    };
    return replace(storage, { close });
  });
}

export const lifecycleMutants: readonly Mutant[] = [...beginning, ...closing];
