/**
 * The drivers that the example runs on. A new one is a line here, and a dependency in package.json.
 */
import type { StorageOpener } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { SqliteStorage } from "@caterpillar/storage-sqlite";

export const DRIVERS: ReadonlyMap<string, StorageOpener> = new Map<string, StorageOpener>([
  ["sqlite", SqliteStorage],
  ["lmdb", LmdbStorage],
  ["leveldb", LevelStorage],
  ["memory", MemoryStorage],
]);

export const DRIVER_NAMES: string = [...DRIVERS.keys()].join(", ");
