/** What is tested: a driver, in a module that any thread or process can import. */
import type { StorageOpener } from "../src/open-storage.ts";

export interface Target {
  /** For the report: `sqlite`. */
  readonly name: string;
  /** A module that exports the opener to be tested as `storage`. It is imported here, and in the processes that checks start. */
  readonly module: string | URL;
  /** Arguments for Node in those processes, where the module needs any. */
  readonly execArgv?: readonly string[];
}

/** A target whose module was imported. */
export interface LoadedTarget extends Target {
  readonly storage: StorageOpener;
}

export async function loadTarget(target: Target): Promise<LoadedTarget> {
  const { storage } = (await import(String(target.module))) as { storage?: StorageOpener };
  if (typeof storage?.open !== "function" || storage.driver === undefined) {
    throw new TypeError(
      `${target.module} must export the storage to be tested: export { SqliteStorage as storage }`,
    );
  }
  return { ...target, storage };
}
