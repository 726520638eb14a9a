/** The LevelDB driver of caterpillar storage. */
import type { Storage } from "@caterpillar/storage-core";
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { driver } from "./driver.ts";

/**
 * Storages in LevelDB databases, a folder each, by way of classic-level.
 *
 * One thread of one process has a folder, and any number of storages on it; everybody else gets a `StorageLockedError` at once. To open a
 * storage is always a write, also with `readonly`: LevelDB tidies up first.
 */
export const LevelStorage: StorageOpener = defineStorage(driver);
export type LevelStorage = Storage;
