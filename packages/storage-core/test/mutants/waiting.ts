/** Drivers in which readers and writers stand in each other's way. */
import { setTimeout as delay } from "node:timers/promises";
import {
  type Engine,
  nextTurn,
  type Snapshot,
  StorageBusyError,
  StorageLockedError,
} from "@caterpillar/storage-core/driver";
import { newestOf } from "./conflict-rules.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";
import { sharedByPath, watchBegun } from "./sessions.ts";

export const waitingMutants: readonly Mutant[] = [
  inEngine("nothing is committed while others read", "ISO-29", (engine) => {
    const { snapshot, open } = countOpen(engine);
    return {
      snapshot,
      write: (changes, options) => {
        const others = [...open].filter((one) => one !== options.base);
        if (others.length > 0) throw new StorageLockedError("somebody reads");
        return engine.write(changes, options);
      },
    };
  }),
  inEngine("there are no more than sixteen readers", "ISO-29", (engine) => {
    const { snapshot, open } = countOpen(engine);
    return {
      snapshot: () => {
        if (open.size >= 16) throw new Error("MDB_READERS_FULL");
        return snapshot();
      },
    };
  }),
  inEngine("a snapshot is gone after some commits", "ISO-29", (engine) => {
    let commits = 0;
    return {
      snapshot: () => {
        const at = commits;
        const snapshot = newestOf(engine);
        return replace(snapshot, {
          page: (...args) => {
            if (commits > at + 8) throw new Error("snapshot too old");
            return snapshot.page(...args);
          },
        });
      },
      write: async (changes, options) => {
        await engine.write(changes, options);
        commits++;
      },
    };
  }),
  inEngine("a snapshot waits for the commit that is made", "ISO-30", (engine) => {
    let writing = Promise.resolve();
    return {
      snapshot: async () => {
        await writing;
        return newestOf(engine);
      },
      get: () => null,
      write: (changes, options) => {
        const written = Promise.resolve(engine.write(changes, options));
        writing = written.catch(() => {});
        return written;
      },
    };
  }),
  inStorage("the first write takes a lock until the end", "ISO-30", lockAtFirstWrite()),
  inEngine("a commit waits until nobody has read for a while", "ISO-31", (engine) => {
    let reads = 0;
    return {
      snapshot: () => {
        reads++;
        return newestOf(engine);
      },
      get: () => null,
      write: async (changes, options) => {
        for (let seen = -1; seen !== reads; ) {
          seen = reads;
          await nextTurn();
        }
        await engine.write(changes, options);
      },
    };
  }),
  inStorage("a read looks every now and then whether it is its turn", "ISO-31", (storage) => ({
    getContainerItem: async (...args: [string, string]) => {
      await delay(20);
      return await storage.getContainerItem(...args);
    },
  })),
];

/** Snapshots, and those of them that are open. */
function countOpen(engine: Engine): { snapshot: () => Snapshot; open: ReadonlySet<Snapshot> } {
  const open = new Set<Snapshot>();
  const snapshot = (): Snapshot => {
    const inner = newestOf(engine);
    const counted: Snapshot = replace(inner, { close: () => void open.delete(counted) });
    open.add(counted);
    return counted;
  };
  return { snapshot, open };
}

function lockAtFirstWrite(): Parameters<typeof inStorage>[2] {
  const lock = sharedByPath((): { owner?: object } => ({}));
  return (storage) => {
    const { begun, calls } = watchBegun(storage);
    const release = (): void => {
      if (lock(storage).owner === storage) delete lock(storage).owner;
    };
    return {
      ...calls,
      setContainerItem: async (...args: [string, string, string]) => {
        const { owner = storage } = lock(storage);
        if (owner !== storage) throw new StorageBusyError("somebody writes");
        if (begun()) lock(storage).owner = storage;
        await storage.setContainerItem(...args);
      },
      commit: () => calls.commit().finally(release),
      rollback: () => calls.rollback().finally(release),
    };
  };
}
