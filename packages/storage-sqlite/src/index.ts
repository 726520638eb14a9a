/** The SQLite driver of caterpillar storage. */
import type { Storage } from "@caterpillar/storage-core";
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { driver, type SqliteOptions } from "./driver.ts";

/**
 * Storages in SQLite databases, a file each, by way of better-sqlite3.
 *
 * Any number of threads and processes of one machine may share a file. The file, its `-wal` and its `-shm` belong together; the latter
 * two go when the last one closes it. Network file systems are not supported, as SQLite's locks do not hold there.
 */
export const SqliteStorage: StorageOpener<SqliteOptions> = defineStorage(driver);
export type SqliteStorage = Storage;
export type { SqliteOptions };
