/** The target module of the version driver, with the bug that stands behind the question mark of the module's URL; none where nothing does. */
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { crashBugs, writtenThrough } from "./crash-bugs.ts";
import { intactLocks, lockBugs, storageBug } from "./lock-bugs.ts";
import { type VersionSteps, versionDriver } from "./version-driver.ts";

/** Drivers that are all right: processes share its storages; one process has them alone; it syncs with each write. */
export const SHARED = "";
export const LOCKED = "locked";
export const WRITTEN_THROUGH = "written through";

const STEPS: Readonly<Record<string, Partial<VersionSteps>>> = Object.assign(
  { [LOCKED]: intactLocks, [WRITTEN_THROUGH]: writtenThrough },
  ...Object.values(crashBugs),
  ...Object.values(lockBugs),
);

/** The storage with the bug. */
export function crashStorage(bug: string): StorageOpener {
  const isLocked = bug === LOCKED || bug in (lockBugs["PROC-04"] ?? {});
  const name = bug === SHARED ? "versions" : `versions, where ${bug}`;
  const driver = versionDriver(name, STEPS[bug] ?? {});
  const { facts } = driver;
  const storage = defineStorage(
    isLocked ? { ...driver, facts: { ...facts, processes: "locked" } } : driver,
  );
  return storageBug(bug)?.(storage) ?? storage;
}

/** The module of the storage with the bug. */
export function crashModule(bug: string): URL {
  const module = new URL(import.meta.url);
  module.search = bug;
  return module;
}

export const storage: StorageOpener = crashStorage(
  decodeURIComponent(new URL(import.meta.url).search.slice(1)),
);
