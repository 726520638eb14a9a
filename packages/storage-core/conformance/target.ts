/** What is tested: a driver, in a module that any thread or process can import. */
import type { StorageOpener } from "../src/open-storage.ts";
import type { OpenOptions } from "../src/options.ts";
import type { Deviation } from "./deviation.ts";

export interface Target {
  /** For the report: `sqlite`. */
  readonly name: string;
  /** A module that exports the opener to be tested as `storage`. It is imported here, and in the processes that checks start. */
  readonly module: string | URL;
  /** Arguments for Node in those processes, where the module needs any. */
  readonly execArgv?: readonly string[];
}

/** What the module exports. */
export interface TargetModule {
  readonly storage: StorageOpener;
  /** Turns the closed storage at the path into one of a newer format version. Every driver whose data outlive the process needs it. */
  readonly newerFormat?: (path: string) => void | Promise<void>;
  /** Checks that the driver fails, and says so. */
  readonly deviations?: readonly Deviation[];
  /** Makes a database of another program at the path, with the driver's own engine, where it has one that others use as well. */
  readonly anotherProgram?: (path: string) => void | Promise<void>;
}

/** A target whose module was imported. Its storages are patient. */
export interface LoadedTarget extends Target, TargetModule {}

/**
 * How long calls wait for their turn where a check does not say it, in milliseconds. Not the five seconds that users have: a disk that others keep busy has been
 * seen to take more than 50 ms for each of a hundred commits in a line, which says nothing about the driver. Less than a check may take in
 * all, so that a call whose turn never comes is told with what it waited for.
 */
const PATIENCE_MS = 30_000;

export async function loadTarget(target: Target): Promise<LoadedTarget> {
  const exported = (await import(String(target.module))) as Partial<TargetModule>;
  const { storage, newerFormat, anotherProgram, deviations } = exported;
  if (typeof storage?.open !== "function" || storage.driver === undefined) {
    throw new TypeError(
      `${target.module} must export the storage to be tested: export { SqliteStorage as storage }`,
    );
  }
  return {
    ...target,
    storage: patient(storage),
    ...(newerFormat === undefined ? {} : { newerFormat }),
    ...(anotherProgram === undefined ? {} : { anotherProgram }),
    ...(deviations === undefined ? {} : { deviations }),
  };
}

function patient(opener: StorageOpener): StorageOpener {
  return {
    driver: opener.driver,
    open: (path, options = {}) =>
      // What is no object of options is refused by who gets it.
      opener.open(path, isPlain(options) ? { timeout: PATIENCE_MS, ...options } : options),
  };
}

function isPlain(options: unknown): options is OpenOptions {
  return typeof options === "object" && options?.constructor === Object;
}
