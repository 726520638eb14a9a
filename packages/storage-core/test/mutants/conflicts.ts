/** Drivers that find conflicts where there are none, or none where there are, or make the wrong thing of them. */
import { setTimeout as delay } from "node:timers/promises";
import type { Storage } from "@caterpillar/storage-core";
import {
  StorageBusyError,
  StorageError,
  StorageLockedError,
  TransactionConflictError,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { anything, atConflict, inRule, sameContainer, sameKey } from "./conflict-rules.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";
import { aside, sharedByPath, watchBegun } from "./sessions.ts";

type Run = Parameters<Storage["transaction"]>[0];
type Options = Parameters<Storage["transaction"]>[1];

const errors: readonly Mutant[] = [
  atConflict("a conflict is not to be tried again", "CONF-01", ({ message }) => {
    throw new StorageError("TRANSACTION_CONFLICT", message, { retryable: false });
  }),
  atConflict("a conflict is what the engine calls it", "CONF-01", () => {
    throw new Error("SQLITE_BUSY_SNAPSHOT");
  }),
  atConflict("a conflict is a lock", "CONF-01", () => {
    throw new StorageLockedError("database is locked");
  }),
  atConflict("a conflict is swallowed, and nothing written", "CONF-01", () => {}),
  inEngine("the message of a conflict shows what was written", "CONF-01", (engine) => ({
    write: async (changes, options) => {
      try {
        await engine.write(changes, options);
      } catch (error) {
        if (!(error instanceof TransactionConflictError)) throw error;
        const keys = changes.flatMap(({ entries }) => Array.from(entries, ([key]) => key));
        throw new TransactionConflictError(`conflict on ${keys.join()}`);
      }
    },
  })),
];

const losers: readonly Mutant[] = [
  inStorage("the loser stays begun", "CONF-02", (storage) => ({
    commit: async () => {
      try {
        await storage.commit();
      } catch (error) {
        if (error instanceof TransactionConflictError) await storage.begin();
        throw error;
      }
    },
  })),
  inStorage("the loser begins where it began before", "CONF-02", (storage) => {
    const cache = new Map<string, Promise<string | undefined>>();
    return {
      getContainerItem: (container: string, key: string) => {
        const read = cache.get(key) ?? storage.getContainerItem(container, key);
        cache.set(key, read);
        return read;
      },
      commit: async () => {
        await storage.commit();
        cache.clear();
      },
    };
  }),
  atConflict(
    "some of the loser is written before it is found",
    "CONF-07",
    async (error, engine, changes, options) => {
      await engine.write(changes.slice(0, 1), { ...options, base: undefined });
      throw error;
    },
  ),
  atConflict(
    "the containers of the loser stay",
    "CONF-07",
    async (error, engine, changes, options) => {
      const created = changes
        .filter(({ action }) => action === "create")
        .map((change) => ({ ...change, entries: [], size: 0 }));
      await engine.write(created, { ...options, base: undefined });
      throw error;
    },
  ),
  inStorage("what the loser has set is in its next transaction", "CONF-07", (storage) => {
    let kept: [string, string, string][] = [];
    return {
      begin: async () => {
        const tx = await storage.begin();
        for (const item of kept) await storage.setContainerItem(...item);
        return tx;
      },
      setContainerItem: async (...item: [string, string, string]) => {
        await storage.setContainerItem(...item);
        kept.push(item);
      },
      commit: async () => {
        await storage.commit();
        kept = [];
      },
    };
  }),
];

const rules: readonly Mutant[] = [
  inRule("conflicts are of keys", "CONF-03", sameKey),
  inRule("conflicts are of containers", "CONF-03", sameContainer),
  inStorage("a key is locked by who sets it first", "CONF-04", lockKeys({ releasedBy: "any end" })),
  inStorage("the lock of a key outlives a rollback", "CONF-05", lockKeys({ releasedBy: "commit" })),
  inStorage("a rollback is a commit for others", "CONF-05", (storage) => ({
    rollback: async () => {
      await storage.rollback();
      await storage.addContainer("rolled back");
      await storage.deleteContainer("rolled back");
    },
  })),
  inStorage("who has only read conflicts as well", "CONF-09", conflictAtEveryCommit()),
  inEngine("to change nothing is to write nothing", "CONF-10", (engine) => ({
    write: async (changes, options) => {
      if (changes.every(({ action, size }) => action === "keep" && size === 0)) return;
      await engine.write(changes, options);
    },
  })),
  inRule("who deletes what is missing has not written", "CONF-10", (commit) => {
    const { changes, base } = commit;
    const none = changes.every(({ container, action, entries }) =>
      [...entries].every(
        ([key, value]) =>
          action === "keep" && value === null && base.get(container, key, "text") === undefined,
      ),
    );
    return !none && anything(commit);
  }),
  inRule("a commit that changes nothing is none", "CONF-11", anything),
  inEngine("to begin is to change something", "CONF-12", (engine) => {
    let last: unknown;
    return {
      snapshot: (durability) => {
        const snapshot = engine.snapshot(durability);
        last = snapshot;
        return snapshot;
      },
      write: (changes, options) => {
        if (options.base !== undefined && options.base !== last) {
          throw new TransactionConflictError();
        }
        return engine.write(changes, options);
      },
    };
  }),
];

/** Locks of keys, from the first set in a transaction on. */
function lockKeys({
  releasedBy,
}: {
  releasedBy: "any end" | "commit";
}): Parameters<typeof inStorage>[2] {
  const locks = sharedByPath(() => new Map<string, object>());
  return (storage) => {
    const { begun, calls } = watchBegun(storage);
    const release = (): void => {
      for (const [key, owner] of locks(storage)) if (owner === storage) locks(storage).delete(key);
    };
    return {
      ...calls,
      setContainerItem: async (container: string, key: string, value: string) => {
        const owner = locks(storage).get(key) ?? storage;
        if (owner !== storage) throw new StorageBusyError(`${key} is locked`);
        if (begun()) locks(storage).set(key, storage);
        await storage.setContainerItem(container, key, value);
      },
      commit: () => calls.commit().finally(release),
      rollback: () =>
        calls.rollback().finally(() => {
          if (releasedBy === "any end") release();
        }),
    };
  };
}

/** Compares everything at commit with what there was at begin. */
function conflictAtEveryCommit(): Parameters<typeof inStorage>[2] {
  return (storage) => {
    const look = (): Promise<string> =>
      aside(storage, async (other) => {
        const all: unknown[] = [];
        for (const name of await other.listContainers()) {
          all.push(name);
          for await (const entry of other.container(name).entries()) all.push(entry);
        }
        return JSON.stringify(all);
      });
    let before = "";
    return {
      begin: async () => {
        before = await look();
        return await storage.begin();
      },
      commit: async () => {
        const changed = (await look()) !== before;
        await storage.commit();
        if (changed) throw new TransactionConflictError();
      },
    };
  };
}

const turns: readonly Mutant[] = [
  inStorage("a function is run once", "CONF-06", (storage) => ({
    transaction: (run: Run, options: Options) =>
      storage.transaction(run, { ...options, retries: 0 }),
  })),
  inRule("an increment is lost", "CONF-06", () => false),
  inStorage("a function runs on what its first attempt has read", "CONF-06", (storage) => {
    return {
      transaction: (run: Run, options: Options) => {
        const read = new Map<string, Promise<string | undefined>>();
        const remember: Run = (tx, attempt) =>
          run(
            replace(tx, {
              getContainerItem: ((container: string, key: string) => {
                const value = read.get(key) ?? tx.getContainerItem(container, key);
                read.set(key, value);
                return value;
              }) as typeof tx.getContainerItem,
            }),
            attempt,
          );
        return storage.transaction(remember, options);
      },
    };
  }),
  inStorage("the timeout of a transaction is not read", "CONF-08", (storage) => ({
    transaction: (run: Run, { timeout: _, ...options }: NonNullable<Options> = {}) =>
      storage.transaction(run, options),
  })),
  {
    name: "the timeout of a storage is not read",
    killedBy: "CONF-08",
    storage: {
      driver: MemoryStorage.driver,
      open: (path, { timeout: _, ...options } = {}) => MemoryStorage.open(path, options),
    },
  },
  inStorage("nobody waits for a turn", "CONF-08", (storage) => ({
    transaction: (run: Run, options: Options) =>
      storage.transaction(run, { ...options, timeout: 0 }),
  })),
  inStorage("who was told that time is up gets a turn all the same", "CONF-08", (storage) => ({
    transaction: async (run: Run, { timeout, ...options }: NonNullable<Options> = {}) => {
      let started = false;
      const done = storage.transaction((tx, attempt) => {
        started = true;
        return run(tx, attempt);
      }, options);
      if (timeout === undefined) return await done;
      const late = delay(Math.max(timeout, 1)).then(() => {
        if (started) return done;
        throw new StorageBusyError("waited for another transaction()");
      });
      return await Promise.race([done, late]);
    },
  })),
];

export const conflictMutants: readonly Mutant[] = [...errors, ...losers, ...rules, ...turns];
