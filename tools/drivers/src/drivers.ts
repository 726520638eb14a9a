/** The drivers of this repository. A new one is an entry here, and a dependency in package.json. */
import type { StorageOpener } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { SqliteStorage } from "@caterpillar/storage-sqlite";

export interface ListedDriver {
  readonly name: string;
  /** What a user imports, and from where. */
  readonly symbol: string;
  readonly module: string;
  readonly opener: StorageOpener;
}

export const DRIVERS: readonly ListedDriver[] = [
  {
    name: "sqlite",
    symbol: "SqliteStorage",
    module: "@caterpillar/storage-sqlite",
    opener: SqliteStorage,
  },
  {
    name: "lmdb",
    symbol: "LmdbStorage",
    module: "@caterpillar/storage-lmdb",
    opener: LmdbStorage,
  },
  {
    name: "leveldb",
    symbol: "LevelStorage",
    module: "@caterpillar/storage-leveldb",
    opener: LevelStorage,
  },
  {
    name: "memory",
    symbol: "MemoryStorage",
    module: "@caterpillar/storage-core/memory",
    opener: MemoryStorage,
  },
];
