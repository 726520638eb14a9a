/** The target module of the whole-file driver, with the bug that stands behind the question mark of the module's URL; none where nothing does. */
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { faultBugs } from "./fault-bugs.ts";
import { replace } from "./mutant.ts";
import { wholeFileDriver } from "./whole-file-driver.ts";

/** Bugs of drivers that do not find out what became of their files: they are above the core, which does. */
export const MOVED = {
  "a commit to a file that is gone is taken for made": "path",
  "a path is said to be a name": "name",
} as const;

export const INTACT = "";

/** The storage with the bug. */
export function faultStorage(bug: string): StorageOpener {
  const steps = Object.values(faultBugs).find((bugs) => bug in bugs)?.[bug];
  const driver = wholeFileDriver(bug === INTACT ? "whole file" : `whole file, where ${bug}`, steps);
  const storage = defineStorage(driver);
  if (!(bug in MOVED)) return storage;
  const location = MOVED[bug as keyof typeof MOVED];
  return {
    driver: { ...driver, facts: { ...driver.facts, location } },
    open: async (path, options) => {
      const opened = await storage.open(path, options);
      if (location === "name") return opened;
      return replace(opened, { commit: () => opened.commit().catch(() => {}) });
    },
  };
}

/** The module of the storage with the bug. */
export function faultModule(bug: string): URL {
  const module = new URL(import.meta.url);
  module.search = bug;
  return module;
}

export const storage: StorageOpener = faultStorage(
  decodeURIComponent(new URL(import.meta.url).search.slice(1)),
);
