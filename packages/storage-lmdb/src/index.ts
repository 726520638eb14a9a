/** The LMDB driver of caterpillar storage. */
import type { Storage } from "@caterpillar/storage-core";
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { driver } from "./driver.ts";

/**
 * Storages in LMDB databases, a folder each, by way of lmdb-js.
 *
 * Any number of threads and processes of one machine may share a folder. Every commit is synced to the disk before it resolves, whatever
 * durability was asked for. Network file systems are not supported, as LMDB's locks do not hold there.
 */
export const LmdbStorage: StorageOpener = defineStorage(driver);
export type LmdbStorage = Storage;
