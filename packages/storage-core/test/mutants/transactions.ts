/** TXN: bugs in transactions begun by hand, and in calls outside of them. */

import { type Items, type Key, TransactionStateError } from "@caterpillar/storage-core";
import {
  type ContainerChanges,
  type Engine,
  TransactionConflictError,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { awaitedLater } from "../../conformance/failure.ts";
import { inWrite } from "./engine-parts.ts";
import { inEngine, inStorage, type Mutant } from "./mutant.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Each part of the changes in a commit of its own, the first of them with the conflict check. */
function inParts(
  name: string,
  killedBy: string,
  split: (changes: readonly ContainerChanges[]) => Iterable<ContainerChanges>,
): Mutant {
  return inEngine(name, killedBy, (engine: Engine) => ({
    async write(changes, options) {
      await engine.write([], options);
      for (const part of split(changes)) {
        await engine.write([part], { ...options, base: undefined });
        await nextTurn();
      }
    },
  }));
}

function* entryByEntry(changes: readonly ContainerChanges[]): Generator<ContainerChanges> {
  for (const change of changes) {
    if (change.action !== "keep") yield { ...change, entries: [], size: 0 };
    for (const [key, value] of change.entries) {
      yield { ...change, action: "keep", entries: [[key, value]], size: 1 };
    }
  }
}

/** The calls of `setContainerItem` in a begun transaction are noted, for what comes of them. */
function noting(
  name: string,
  killedBy: string,
  atBegin: (noted: readonly [string, string, string][]) => readonly [string, string, string][],
): Mutant {
  return inStorage(name, killedBy, (storage) => {
    let noted: [string, string, string][] = [];
    let begun = false;
    return {
      async begin() {
        const tx = await storage.begin();
        for (const item of atBegin(noted)) await storage.setContainerItem(...item);
        noted = [];
        begun = true;
        return tx;
      },
      async setContainerItem(container: string, key: string, value: string) {
        if (begun) noted.push([container, key, value]);
        await storage.setContainerItem(container, key, value);
      },
      async commit() {
        noted = [];
        begun = false;
        await storage.commit();
      },
      async rollback() {
        begun = false;
        await storage.rollback();
      },
    };
  });
}

export const transactionMutants: readonly Mutant[] = [
  inStorage("rollback commits", "TXN-01", (storage) => ({ rollback: () => storage.commit() })),
  noting("rollback leaks into the next transaction", "TXN-02", (noted) => noted),
  inWrite("a deleted container stays", "TXN-03", (changes) =>
    changes.action === "delete" ? undefined : changes,
  ),
  inStorage("clear does not wait for the commit", "TXN-03", (storage) => ({
    clear: () => storage.transaction((tx) => tx.clear()),
  })),
  inParts("containers are committed one by one", "TXN-04", (changes) => changes),
  inStorage("an error ends the transaction", "TXN-05", (storage) => {
    let failed = false;
    const guarded =
      <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        if (failed) throw new TransactionStateError("commands are ignored until the end");
        return await call(...args).catch((error: unknown) => {
          failed = true;
          throw error;
        });
      };
    return {
      setContainerItem: guarded((id: string, key: string, value: string) =>
        storage.setContainerItem(id, key, value),
      ),
      getContainerItem: guarded((id: string, key: string) => storage.getContainerItem(id, key)),
    };
  }),
  inStorage("a failed call for many keeps what was good", "TXN-05", (storage) => ({
    async setContainerItems(id: string, items: object) {
      for (const [key, value] of Object.entries(items)) {
        await storage.setContainerItem(id, key, value);
      }
    },
  })),
  inStorage("reads overtake writes", "TXN-06", (storage) => ({
    async setContainerItem(id: string, key: string, value: string) {
      await null;
      await storage.setContainerItem(id, key, value);
    },
  })),
  ...["TXN-07", "TXN-08"].map((killedBy) =>
    inStorage("items are read before the call is in flight", killedBy, (storage) => ({
      async setContainerItems(id: string, items: Items<string>) {
        if (!(Symbol.asyncIterator in items)) return await storage.setContainerItems(id, items);
        const all: (readonly [Key, string])[] = [];
        for await (const item of items) all.push(item);
        await storage.setContainerItems(id, all);
      },
    })),
  ),
  inStorage("rollback does not wait", "TXN-08", (storage) => ({
    async rollback() {
      void storage.rollback();
    },
  })),
  inStorage("a second commit is silent", "TXN-09", (storage) => ({
    commit: () =>
      storage.commit().catch((error) => {
        if (!(error instanceof TransactionStateError)) throw error;
      }),
  })),
  inWrite("only the first thousand writes are committed", "TXN-10", (changes) => {
    const entries = Array.from(changes.entries, ([key, value]) => [key, value] as const);
    return { ...changes, entries: entries.slice(0, 1000), size: Math.min(1000, changes.size) };
  }),
  inEngine("a conflict is swallowed", "TXN-11", (engine) => ({
    write: async (changes, options) => {
      await Promise.resolve(engine.write(changes, options)).catch(() => {});
    },
  })),
  inEngine("nobody looks for conflicts", "TXN-11", (engine) => ({
    write: (changes, options) => engine.write(changes, { ...options, base: undefined }),
  })),
  inParts("writes are committed one by one", "TXN-12", entryByEntry),
  inEngine("a commit is applied in one go", "TXN-30", (engine) => ({
    async write(changes, options) {
      // Without a clock, the memory driver does not see how long it takes.
      const clock = performance.now;
      performance.now = () => 0;
      try {
        await engine.write(changes, options);
      } finally {
        performance.now = clock;
      }
    },
  })),
  inStorage("writes together fail together", "TXN-31", (storage) => {
    let together: Promise<void>[] = [];
    return {
      async setContainerItem(id: string, key: string, value: string) {
        together.push(awaitedLater(storage.setContainerItem(id, key, value)));
        const all = together;
        await nextTurn();
        together = [];
        await Promise.all(all);
      },
    };
  }),
  inStorage("writes together are applied in another order", "TXN-32", (storage) => {
    let first = true;
    return {
      async setContainerItem(id: string, key: string, value: string) {
        const late = first;
        first = false;
        if (late) await nextTurn();
        await storage.setContainerItem(id, key, value);
      },
    };
  }),
  inStorage("a container comes a little later", "TXN-33", (storage) => ({
    async addContainer(id: string) {
      await nextTurn();
      await storage.addContainer(id);
    },
  })),
  inEngine("a write conflicts with nothing at first", "TXN-34", (engine) => {
    let calls = 0;
    return {
      async write(changes, options) {
        if (options.base === undefined && calls++ % 2 === 0) throw new TransactionConflictError();
        await engine.write(changes, options);
      },
    };
  }),
  inStorage("a read does not wait for the writes before it", "TXN-35", (storage) => {
    const others = MemoryStorage.open(storage.path);
    return {
      getContainerItem: async (id: string, key: string) =>
        await (await others).getContainerItem(id, key),
    };
  }),
  inStorage("a transaction begins a little later", "TXN-36", (storage) => ({
    async begin() {
      await nextTurn();
      return await storage.begin();
    },
  })),
  inStorage("close overtakes writes", "TXN-37", (storage) => ({
    async setContainerItem(id: string, key: string, value: string) {
      await nextTurn();
      await storage.setContainerItem(id, key, value);
    },
  })),
  inStorage("deletes overtake", "TXN-38", (storage) => ({
    async setContainerItem(id: string, key: string, value: string) {
      await null;
      await storage.setContainerItem(id, key, value);
    },
  })),
];
