/** What is wrong with drivers that hold something for longer than they should, by name. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Storage, Transaction } from "@caterpillar/storage-core";
import {
  StorageBusyError,
  StorageLockedError,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";
import { replace } from "./mutant.ts";
import { type VersionSteps, versionSteps } from "./version-driver.ts";

const { publish, newest } = versionSteps;

/** Who has a lock of the folder, and is alive, if that is asked. */
function holderOf(folder: string, name: string, alive: boolean): number | undefined {
  const lock = join(folder, name);
  if (!existsSync(lock)) return undefined;
  const pid = Number(readFileSync(lock, "utf8"));
  if (!alive) return pid;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

function take(folder: string, name: string): void {
  writeFileSync(join(folder, name), `${process.pid}`);
}

function letGo(folder: string, name: string): void {
  rmSync(join(folder, name), { force: true });
}

/** Nobody else commits while somebody has the lock. */
function unlessLocked(name: string, alive: boolean): Partial<VersionSteps> {
  return {
    publish: (...args) => {
      const holder = holderOf(args[0], name, alive);
      if (holder !== undefined && holder !== process.pid)
        throw new StorageBusyError("somebody has the lock");
      publish(...args);
    },
  };
}

/** A commit takes a lock that tells its process, but not its thread. */
const lockedCommits: Partial<VersionSteps> = {
  publish: async (...args) => {
    const [folder] = args;
    if (holderOf(folder, "lock-commit", true) !== undefined)
      throw new StorageBusyError("somebody has the lock");
    take(folder, "lock-commit");
    await delay(200);
    try {
      publish(...args);
    } finally {
      letGo(folder, "lock-commit");
    }
  },
};

/** Who opens a storage has it alone. */
function lockedStorages(alive: boolean): Partial<VersionSteps> {
  return {
    enter: (folder) => {
      const holder = holderOf(folder, "lock-open", alive);
      if (holder !== undefined && holder !== process.pid) {
        throw new StorageLockedError(`${folder} is open elsewhere`);
      }
      take(folder, "lock-open");
      return () => letGo(folder, "lock-open");
    },
  };
}

/** What the driver of locked storages does where nothing is wrong. */
export const intactLocks: Partial<VersionSteps> = lockedStorages(true);

/** By the check that finds it. */
export const lockBugs: Readonly<Record<string, Readonly<Record<string, Partial<VersionSteps>>>>> = {
  "CONC-04": { "a thread that is terminated keeps the lock of commits": lockedCommits },
  "CONC-05": { "a thread that exits keeps the lock of commits": lockedCommits },
  "PROC-04": { "the lock of a process that was killed stays": lockedStorages(false) },
  "PROC-05": {
    "the lock of a transaction stays when its process is killed": unlessLocked("lock-tx", false),
  },
  "PROC-06": {
    "a transaction has a lock": unlessLocked("lock-tx", true),
    "nobody reads while somebody commits": {
      ...lockedCommits,
      newest: (folder) => {
        const holder = holderOf(folder, "lock-commit", true);
        if (holder !== undefined && holder !== process.pid)
          throw new StorageBusyError("somebody has the lock");
        return newest(folder);
      },
    },
  },
};

/** What the storage does otherwise that has a bug of the name; `undefined` where the bug is below it. */
export function storageBug(name: string): ((opener: StorageOpener) => StorageOpener) | undefined {
  if (/the lock of a transaction|a transaction has a lock/.test(name)) {
    return onBegin((tx, { path }) => {
      take(path, "lock-tx");
      const end = (how: "commit" | "rollback") => async (): Promise<void> => {
        letGo(path, "lock-tx");
        await tx[how]();
      };
      return { commit: end("commit"), rollback: end("rollback") };
    });
  }
  if (name === "a transaction writes at once, and takes it back when it is rolled back") {
    return onBegin((tx, _, other) => ({
      setContainerItems: async (...args) => {
        await other.setContainerItems(...args);
        await tx.setContainerItems(...args);
      },
    }));
  }
  if (name === "rollback is a commit, and another one that takes it back") {
    return onBegin((tx, _, other) => ({
      rollback: async () => {
        await tx.commit();
        await delay(20);
        await other.clear();
      },
    }));
  }
  return undefined;
}

type Change = (tx: Transaction, storage: Storage, other: Storage) => Partial<Transaction>;

/** What `change` answers replaces methods of the transactions that are begun by hand. */
function onBegin(change: Change): (opener: StorageOpener) => StorageOpener {
  return ({ driver, open }) => ({
    driver,
    open: async (path, options) => {
      const storage = await open(path, options);
      return replace(storage, {
        begin: async () => {
          const other = await open(path);
          const tx = await storage.begin();
          return replace(tx, change(tx, storage, other));
        },
      });
    },
  });
}
