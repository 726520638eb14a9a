/** Opens and creates databases. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  checkFolder,
  createFolder,
  type Driver,
  type FolderFormat,
  formatStore,
  MARKER,
  type OrderedStore,
  orderedEngine,
} from "@caterpillar/storage-core/driver";
import { CopiedStore } from "./copied-store.ts";
import { checkData, DATA, LOCK } from "./data-file.ts";
import { translate } from "./errors.ts";
import { MAX_SNAPSHOTS } from "./lmdb.ts";
import { checkLock } from "./lock-file.ts";
import { LmdbStore } from "./store.ts";
import { TURNS } from "./turns.ts";

const FORMAT: FolderFormat = { driver: "lmdb", version: 1 };

export const driver: Driver = {
  name: FORMAT.driver,
  facts: {
    location: "path",
    threads: "shared",
    processes: "shared",
    durability: ["power-loss"],
    readonly: "engine",
    files: [
      { name: `<path>/${DATA}`, about: "the database; it never shrinks" },
      {
        name: `<path>/${LOCK}`,
        about: "locks, and who reads what",
        expendable: true,
      },
      {
        name: `<path>/${TURNS}/*`,
        about: "who commits and who opens, while it is open",
        expendable: true,
      },
      { name: `<path>/${MARKER}`, about: "whose folder this is, and the version of its format" },
    ],
  },
  about: {
    engine: "LMDB, by lmdb (lmdb-js) 3.5",
    pick: "many reads from many processes; a database that fits into memory, or nearly",
    limits: `${MAX_SNAPSHOTS.toLocaleString("en")} snapshots of different states at once, of all processes together; a value is smaller than 4 GiB`,
    syncs: "always: data and root are synced at each commit, whatever was asked for",
    blocks:
      "reads are made in the thread itself; a commit is handed over in one go, which takes the longer the more items it has, and then made beside the thread",
  },
  async open(path, { create, readonly }) {
    try {
      if (create) await createFolder(path, FORMAT, createDatabase);
      checkFolder(path, FORMAT);
      return await orderedEngine(await openStore(path, readonly), path);
    } catch (error) {
      throw translate(error, path);
    }
  },
};

/** Where something may not be written to that LMDB writes to, whoever only reads gets a copy. */
async function openStore(path: string, readonly: boolean): Promise<OrderedStore> {
  try {
    const unwritable = checkData(path);
    if (unwritable !== undefined) throw unwritable;
    checkLock(path);
    return await LmdbStore.open(path);
  } catch (error) {
    if (!readonly || !isRefusal(error)) throw error;
    return new CopiedStore(path);
  }
}

function isRefusal(error: unknown): boolean {
  return /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? "");
}

async function createDatabase(folder: string): Promise<void> {
  await formatStore(await LmdbStore.open(folder));
  // LMDB makes another one, in the place that the folder is moved to.
  rmSync(join(folder, LOCK), { force: true });
}
