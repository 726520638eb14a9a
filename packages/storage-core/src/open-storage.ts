/** From a driver to what its users call. */
import type { Driver } from "./driver.ts";
import { acquireEngine } from "./engine-registry.ts";
import { toPath } from "./location.ts";
import { checkOpenOptions, type OpenOptions } from "./options.ts";
import { Storage } from "./storage.ts";

/** What a driver's package exports for its users: `SqliteStorage`, say. */
export interface StorageOpener<Own extends object = object> {
  /** What it is and what is true of it. */
  readonly driver: Driver<Own>;
  /**
   * Opens a storage.
   *
   * Rejects, with nothing changed on the disk:
   * `StorageNotFoundError` if there is none and `create` does not ask for one;
   * `DuplicateStorageError` if there is one and `create` is `true`;
   * `StorageFormatError`, `StorageVersionError`, `StorageCorruptError` if what is there is not a storage of this driver, was written by a newer
   * version of it, or is damaged;
   * `StorageLockedError`, `StorageBusyError` if somebody else has it and does not share it, or is in the way for too long;
   * `StorageIOError` if the operating system refuses: no permission, no space, no such file system;
   * `StorageUnsupportedError` if the driver cannot run on this version of Node;
   * `TypeError` for options that make no sense.
   */
  open(path: string | URL, options?: OpenOptions & OwnOptions<Own>): Promise<Storage>;
}

/** The options that only the driver has, as callers give them: none has to be there. */
type OwnOptions<Own extends object> = { readonly [Name in keyof Own]?: Own[Name] | undefined };

/** Makes a storage of a driver: this is all that a driver's package needs for its users. */
export function defineStorage<Own extends object = object>(
  driver: Driver<Own>,
): StorageOpener<Own> {
  return {
    driver,
    async open(path, options) {
      const checked = checkOpenOptions(options, driver.options);
      const engine = await acquireEngine(driver, toPath(path), checked);
      return new Storage(engine, checked);
    },
  };
}
