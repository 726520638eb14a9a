/**
 * The drivers that the example runs on. A new one is a line here, and a dependency in package.json.
 */
import type { StorageOpener } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { SqliteStorage } from "@caterpillar/storage-sqlite";

export const DRIVERS: ReadonlyMap<string, StorageOpener> = new Map<string, StorageOpener>([
  ["sqlite", SqliteStorage],
  ["memory", MemoryStorage],
]);

export const DRIVER_NAMES: string = [...DRIVERS.keys()].join(", ");
