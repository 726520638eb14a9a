/** Drivers that show too much, too little, or not yet. */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Changes, Snapshot, Value } from "@caterpillar/storage-core/driver";
import { deletes, entriesOf, newestOf, some } from "./conflict-rules.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";
import { aside, sharedByPath, watchBegun } from "./sessions.ts";

const uncommitted: readonly Mutant[] = [
  inStorage("a transaction's set is made at once", "ISO-01", (storage) => ({
    setContainerItem: (...args: [string, string, string]) =>
      aside(storage, (other) => other.setContainerItem(...args)).catch(() =>
        storage.setContainerItem(...args),
      ),
  })),
  inStorage("a transaction drops a container at once", "ISO-01", (storage) => ({
    deleteContainer: (name: string) => aside(storage, (other) => other.deleteContainer(name)),
  })),
  inStorage("a transaction's container is there at once", "ISO-02", (storage) => ({
    addContainer: async (name: string) => {
      await storage.addContainer(name);
      await aside(storage, (other) => other.addContainer(name)).catch(() => {});
    },
  })),
  oneTransactionForAll(),
  inStorage("a transaction does not read what it has set", "ISO-03", (storage) => ({
    getContainerItem: (...args: [string, string]) =>
      aside(storage, (other) => other.getContainerItem(...args)),
  })),
  inStorage("a close rolls back what others have begun", "ISO-03", endOthersAtClose()),
  inStorage("rollback commits", "ISO-05", (storage) => ({ rollback: () => storage.commit() })),
  inStorage("close commits", "ISO-05", (storage) => {
    const { begun, calls } = watchBegun(storage);
    return {
      ...calls,
      close: async () => {
        if (begun()) await calls.commit();
        await storage.close();
      },
    };
  }),
  inStorage("what is set again was written before", "ISO-06", (storage) => {
    const before = new Map<string, string>();
    return {
      setContainerItem: async (container: string, key: string, value: string) => {
        const last = before.get(key);
        if (last !== undefined) {
          await aside(storage, (other) => other.setContainerItem(container, key, last));
        }
        before.set(key, value);
        await storage.setContainerItem(container, key, value);
      },
    };
  }),
  inStorage("to clear a container commits what came before", "ISO-06", (storage) => {
    const { begun, calls } = watchBegun(storage);
    return {
      ...calls,
      clearContainer: async (container: string) => {
        const within = begun();
        if (within) await calls.commit();
        await storage.clearContainer(container);
        if (within) await calls.begin();
      },
    };
  }),
  inStorage("a cache for all is filled by writes", "ISO-07", cacheForAll()),
];

function oneTransactionForAll(): Mutant {
  const open = sharedByPath((): { begun?: () => Promise<void> } => ({}));
  return inStorage("commit ends what anybody has begun", "ISO-03", (storage) => ({
    begin: async () => {
      const tx = await storage.begin();
      open(storage).begun ??= () => storage.commit();
      return tx;
    },
    commit: async () => {
      const { begun } = open(storage);
      delete open(storage).begun;
      await (begun ?? (() => storage.commit()))();
    },
  }));
}

function endOthersAtClose(): Parameters<typeof inStorage>[2] {
  const sessions = sharedByPath(() => new Set<() => Promise<void>>());
  return (storage) => {
    const { begun, calls } = watchBegun(storage);
    sessions(storage).add(async () => {
      if (begun()) await calls.rollback();
    });
    return {
      ...calls,
      close: async () => {
        for (const end of sessions(storage)) await end();
        await storage.close();
      },
    };
  };
}

function cacheForAll(): Parameters<typeof inStorage>[2] {
  const cached = sharedByPath(() => new Map<string, string>());
  return (storage) => ({
    setContainerItem: async (container: string, key: string, value: string) => {
      await storage.setContainerItem(container, key, value);
      cached(storage).set(`${container}/${key}`, value);
    },
    getContainerItem: async (container: string, key: string) =>
      cached(storage).get(`${container}/${key}`) ?? storage.getContainerItem(container, key),
  });
}

const late: readonly Mutant[] = [
  inEngine("a delete is acknowledged before it is made", "ISO-21", (engine) => ({
    write: async (changes, options) => {
      if (!some({ changes }, deletes)) await engine.write(changes, options);
      else void delay(20).then(() => engine.write(changes, options));
    },
  })),
  inStorage("a cached list of containers does not hear of drops", "ISO-22", cachedContainers()),
  inEngine(
    "a closed snapshot is given out again until a container comes or goes",
    "ISO-23",
    (engine) => {
      const idle: Snapshot[] = [];
      return {
        snapshot: () => {
          const snapshot = idle.pop() ?? newestOf(engine);
          return replace(snapshot, { close: () => void idle.push(snapshot) });
        },
        write: (changes, options) => {
          if (some({ changes }, ({ action }) => action !== "keep")) idle.length = 0;
          return engine.write(changes, options);
        },
      };
    },
  ),
  inStorage("a storage caches what it has read until it writes", "ISO-23", (storage) => {
    const cache = new Map<string, Promise<string | undefined>>();
    return {
      getContainerItem: (container: string, key: string) => {
        const id = JSON.stringify([container, key]);
        const read = cache.get(id) ?? storage.getContainerItem(container, key);
        cache.set(id, read);
        return read;
      },
      setContainerItem: async (...args: [string, string, string]) => {
        cache.clear();
        await storage.setContainerItem(...args);
      },
    };
  }),
  inSteps("containers are written one after another", (changes) => changes.map((one) => [one])),
  inSteps("a long list is written in two steps", (changes) => [
    changes.map((change) => ({ ...change, entries: entriesOf(change).slice(0, 100) })),
    changes
      .filter(({ size }) => size > 100)
      .map((change) => ({ ...change, action: "keep", entries: entriesOf(change).slice(100) })),
  ]),
  inEngine("the short way to a value is a commit behind", "ISO-25", (engine) => {
    let before = newestOf(engine);
    return {
      get: (container, key, as) =>
        before.has(container) === true ? (before.get(container, key, as) as Value) : null,
      write: async (changes, options) => {
        const state = newestOf(engine);
        await engine.write(changes, options);
        before = state;
      },
    };
  }),
  inStorage("a list is read page by page, each as it is then", "ISO-24", (storage) => ({
    container: (id: string) => {
      const container = storage.container(id);
      return replace(container, {
        list: async (range) => {
          const first = await container.list({ ...range, limit: 150 });
          const last = first.at(-1);
          if (last === undefined) return first;
          await nextTurn();
          return [...first, ...(await container.list({ ...range, gt: last[0] }))];
        },
      });
    },
  })),
  inStorage("some reads are of a copy that lags", "ISO-25", laggingCopy()),
];

/** A conflict is found; what is written then comes in steps, a turn of the event loop after each, as of an engine that takes its time. */
function inSteps(name: string, cut: (changes: Changes) => readonly Changes[]): Mutant {
  return inEngine(name, "ISO-24", (engine) => ({
    write: async (changes, options) => {
      await engine.write([], options);
      for (const step of cut(changes)) {
        await engine.write(step, { ...options, base: undefined });
        await nextTurn();
      }
    },
  }));
}

function laggingCopy(): Parameters<typeof inStorage>[2] {
  const answers = sharedByPath((): (string | undefined)[] => []);
  return (storage) => ({
    getContainerItem: async (...args: [string, string]) => {
      const now = await storage.getContainerItem(...args);
      const all = answers(storage);
      all.push(now);
      return all.length % 3 === 0 ? all.at(-3) : now;
    },
  });
}

function cachedContainers(): Parameters<typeof inStorage>[2] {
  const cache = sharedByPath((): { names?: Promise<string[]> } => ({}));
  return (storage) => ({
    listContainers: () => {
      cache(storage).names ??= storage.listContainers();
      return cache(storage).names;
    },
    addContainer: async (name: string) => {
      await storage.addContainer(name);
      delete cache(storage).names;
    },
  });
}

export const isolationMutants: readonly Mutant[] = [...uncommitted, ...late];
