/** Opens and creates databases. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  checkFolder,
  createFolder,
  type Driver,
  type FolderFormat,
  formatStore,
  orderedEngine,
} from "@caterpillar/storage-core/driver";
import { checkData, LOCK } from "./data-file.ts";
import { translate } from "./errors.ts";
import { openDatabase, openForReading } from "./lmdb.ts";
import { LmdbStore } from "./store.ts";

const FORMAT: FolderFormat = { driver: "lmdb", version: 1 };

export const driver: Driver = {
  name: FORMAT.driver,
  facts: {
    location: "path",
    threads: "shared",
    processes: "shared",
    durability: ["power-loss"],
    readonly: "engine",
  },
  async open(path, { create, readonly }) {
    try {
      if (create) await createFolder(path, FORMAT, createDatabase);
      checkFolder(path, FORMAT);
      const unwritable = checkData(path);
      if (unwritable !== undefined && !readonly) throw unwritable;
      // A database that is open for reading only cannot be opened for writing in the same process.
      const db = unwritable === undefined ? openDatabase(path) : openForReading(path);
      return await orderedEngine(new LmdbStore(db, path), path);
    } catch (error) {
      throw translate(error, path);
    }
  },
};

async function createDatabase(folder: string): Promise<void> {
  const store = new LmdbStore(openDatabase(folder), folder);
  try {
    await formatStore(store);
  } finally {
    await store.close();
  }
  // LMDB makes another one, in the place that the folder is moved to.
  rmSync(join(folder, LOCK), { force: true });
}
