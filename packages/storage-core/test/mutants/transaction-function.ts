/** TXN: bugs in `transaction(fn)`. */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Storage,
  type Transaction,
  TransactionConflictError,
  type TransactionOptions,
  TransactionStateError,
} from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { inStorage, type Mutant, replace } from "./mutant.ts";

type Run = (tx: Transaction, attempt: number) => unknown;

/** A bug in `transaction()` of a storage. */
function inTransaction(
  name: string,
  killedBy: string,
  transaction: (storage: Storage, run: Run, options: TransactionOptions) => Promise<unknown>,
): Mutant {
  return inStorage(name, killedBy, (storage) => ({
    transaction: (run: Run, options: TransactionOptions = {}) => transaction(storage, run, options),
  }));
}

/** Options without some of them. */
function without(options: TransactionOptions, ...names: string[]): TransactionOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}

/** A bug in what a storage does inside of its function; `current` tells the transaction that runs, if one does. */
function inside(
  name: string,
  killedBy: string,
  change: (
    storage: Storage,
    current: () => Transaction | undefined,
  ) => Partial<Record<keyof Storage, unknown>>,
): Mutant {
  return inStorage(name, killedBy, (storage) => {
    let current: Transaction | undefined;
    return {
      transaction: (run: Run, options?: TransactionOptions) =>
        storage.transaction(async (tx, attempt) => {
          current = tx;
          try {
            return await run(tx, attempt);
          } finally {
            current = undefined;
          }
        }, options),
      ...change(storage, () => current),
    };
  });
}

/** As it is done by hand: begin, run, commit, and again where somebody else was quicker. */
async function byHand(storage: Storage, run: Run, retries: number): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    await using own = await MemoryStorage.open(storage.path);
    const tx = await own.begin();
    const result = await run(tx, attempt);
    try {
      await tx.commit();
      return result;
    } catch (error) {
      if (!(error instanceof TransactionConflictError) || attempt > retries) throw error;
    }
  }
}

const running = new AsyncLocalStorage<boolean>();

export const transactionFunctionMutants: readonly Mutant[] = [
  inTransaction(
    "it does not queue, and runs again where another one was quicker",
    "CONC-11",
    (storage, run) => byHand(storage, run, 1000),
  ),
  inTransaction("the result is lost", "TXN-13", async (storage, run, options) => {
    await storage.transaction(run, options);
  }),
  inTransaction("calls in flight at the end are lost", "TXN-13", (storage, run, options) =>
    storage.transaction(async (tx, attempt) => {
      const result = await run(
        replace(tx, {
          async deleteContainer(id: string) {
            await new Promise((resolve) => setImmediate(resolve));
            await tx.deleteContainer(id).catch(() => {});
          },
        }),
        attempt,
      );
      return result;
    }, options),
  ),
  inTransaction("what a failing function wrote is committed", "TXN-14", async (storage, run) => {
    let failed: { with: unknown } | undefined;
    const result = await storage.transaction(async (tx, attempt) => {
      try {
        return await run(tx, attempt);
      } catch (reason) {
        failed = { with: reason };
        return undefined;
      }
    });
    if (failed !== undefined) throw (failed as { with: unknown }).with;
    return result;
  }),
  inTransaction("an error comes out in another", "TXN-14", (storage, run, options) =>
    storage.transaction(run, options).catch((cause) => {
      throw new Error("the transaction failed", { cause });
    }),
  ),
  inTransaction("it is the session's own transaction", "TXN-15", async (storage, run) => {
    const tx = await storage.begin();
    try {
      const result = await run(tx, 1);
      await tx.commit();
      return result;
    } catch (error) {
      await tx.close();
      throw error;
    }
  }),
  inTransaction("readonly is ignored", "TXN-16", (storage, run, options) =>
    storage.transaction(run, without(options, "readonly")),
  ),
  inTransaction("a readonly one waits for its turn", "TXN-17", async (storage, run, options) => {
    await storage.transaction(() => {}, { timeout: 50 });
    return await storage.transaction(run, options);
  }),
  inTransaction("there are no turns", "TXN-18", (storage, run) => byHand(storage, run, 100)),
  inTransaction(
    "a place in the line is taken a little later",
    "TXN-18",
    async (storage, run, options) => {
      await new Promise((resolve) => setImmediate(resolve));
      return await storage.transaction(run, options);
    },
  ),
  inTransaction("there are no turns, nor a second attempt", "TXN-19", (storage, run) =>
    byHand(storage, run, 0),
  ),
  inTransaction("who is too late just fails", "TXN-20", (storage, run, options) =>
    storage.transaction(run, options).catch((error) => {
      throw error?.code === "STORAGE_BUSY" ? new Error("timeout") : error;
    }),
  ),
  inTransaction("a timeout is ignored", "TXN-20", (storage, run, options) =>
    storage.transaction(run, without(options, "timeout")),
  ),
  inTransaction("a signal is ignored", "TXN-21", (storage, run, options) =>
    storage.transaction(run, without(options, "signal")),
  ),
  inTransaction("a signal is looked at before the call only", "TXN-21", (storage, run, options) =>
    storage.transaction(run, options.signal?.aborted ? options : without(options, "signal")),
  ),
  inTransaction("it is never run again", "TXN-22", (storage, run, options) =>
    storage.transaction(run, { ...options, retries: 0 }),
  ),
  inTransaction("every attempt is the first", "TXN-22", (storage, run, options) =>
    storage.transaction((tx) => run(tx, 1), options),
  ),
  inTransaction("it is run again as often as it takes", "TXN-23", (storage, run, options) =>
    storage.transaction(run, { ...options, retries: 50 }),
  ),
  inTransaction("a conflict of another's makes it run again", "TXN-23", (storage, run, options) => {
    const again = async (): Promise<unknown> => {
      let own: unknown;
      try {
        return await storage.transaction(async (tx, attempt) => {
          try {
            return await run(tx, attempt);
          } catch (error) {
            own = error;
            throw error;
          }
        }, options);
      } catch (error) {
        if (error === own && error instanceof TransactionConflictError) return await again();
        throw error;
      }
    };
    return again();
  }),
  inTransaction("options that it does not know are ignored", "TXN-24", (storage, run, options) =>
    storage.transaction(run, options === null ? {} : without(options, "retry")),
  ),
  inside("a write on the storage is one of the transaction's", "TXN-25", (storage, current) => ({
    setContainerItem: (id: string, key: string, value: string) =>
      (current() ?? storage).setContainerItem(id, key, value),
  })),
  inside("a write on the storage waits", "TXN-25", (storage, current) => ({
    async addContainer(id: string) {
      if (current() !== undefined) throw new Error("the wait took too long");
      await storage.addContainer(id);
    },
  })),
  inside("reads on the storage see what is not committed", "TXN-26", (storage, current) => ({
    getContainerLen: (id: string) => (current() ?? storage).getContainerLen(id),
  })),
  inStorage("what is left behind can never write", "TXN-27", (storage) => ({
    transaction: (run: Run, options?: TransactionOptions) =>
      storage.transaction((tx, attempt) => running.run(true, () => run(tx, attempt)), options),
    async setContainerItem(id: string, key: string, value: string) {
      if (running.getStore()) throw new TransactionStateError("inside of transaction()");
      await storage.setContainerItem(id, key, value);
    },
  })),
  inside("close inside is silent", "TXN-28", (storage, current) => ({
    async close() {
      if (current() === undefined) await storage.close();
    },
  })),
  inTransaction("what comes late is written by itself", "TXN-29", (storage, run, options) =>
    storage.transaction(
      (tx, attempt) =>
        run(
          replace(tx, {
            setContainerItem: (id, key, value) =>
              tx
                .setContainerItem(id, key, value)
                .catch(() => storage.setContainerItem(id, key, value)),
          }),
          attempt,
        ),
      options,
    ),
  ),
  inTransaction(
    "behind a commit of its own it waits for ever",
    "TXN-39",
    async (storage, run, options) => {
      await storage.listContainers();
      return await storage.transaction(run, options);
    },
  ),
  inside("a rollback waits for all calls of its storage", "TXN-40", (storage) => {
    const calls = new Set<Promise<unknown>>();
    return {
      getContainerItem(id: string, key: string) {
        const call = storage.getContainerItem(id, key);
        calls.add(call);
        return call.finally(() => calls.delete(call));
      },
      async rollback() {
        await Promise.allSettled(calls);
        await storage.rollback();
      },
    };
  }),
  inTransaction("a readonly one looks at no signal", "TXN-41", (storage, run, options) =>
    storage.transaction(run, options.readonly ? without(options, "signal") : options),
  ),
];
