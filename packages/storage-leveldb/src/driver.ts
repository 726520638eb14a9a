/** Opens and creates databases. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  checkFolder,
  createFolder,
  type Driver,
  type FolderFormat,
  formatStore,
  MARKER,
  orderedEngine,
  StorageCorruptError,
  StorageIOError,
} from "@caterpillar/storage-core/driver";
import { checkLogs } from "./log-check.ts";
import { LevelStore } from "./store.ts";

const FORMAT: FolderFormat = { driver: "leveldb", version: 1 };

export const driver: Driver = {
  name: FORMAT.driver,
  facts: {
    location: "path",
    threads: "locked",
    processes: "locked",
    durability: ["power-loss", "process-crash"],
    readonly: "core",
    files: [
      { name: "<path>/*.ldb", about: "tables of items, in order" },
      { name: "<path>/*.log", about: "the newest commits" },
      { name: "<path>/MANIFEST-*", about: "which tables and log make up the database" },
      { name: "<path>/CURRENT", about: "which manifest is the newest" },
      {
        name: "<path>/LOCK",
        about: "nothing; it is locked while the database is open",
        expendable: true,
      },
      { name: "<path>/LOG", about: "what LevelDB has done, for people", expendable: true },
      { name: "<path>/LOG.old", about: "the same, of the time before", expendable: true },
      { name: `<path>/${MARKER}`, about: "whose folder this is, and the version of its format" },
    ],
  },
  about: {
    engine: "LevelDB 1.20, by classic-level 3",
    pick: "many writes from one process; data that compress well",
    limits: "a commit is smaller than 4 GiB",
    syncs:
      "`power-loss`: the log is synced at each commit; `process-crash`: the log is written, and never synced by itself",
    blocks:
      "reads of single items are made in the thread itself; scans, counts and commits beside it",
  },
  async open(path, { create }) {
    if (create) {
      await createFolder(path, FORMAT, async (folder) =>
        formatStore(await LevelStore.open(folder, { create: true })),
      );
    }
    checkFolder(path, FORMAT);
    checkCurrent(path);
    await checkLogs(path);
    return await orderedEngine(await LevelStore.open(path, { create: false }), path);
  },
};

/**
 * Throws where the file is damaged that says which files are the database. LevelDB would take the folder for an empty one if it is missing,
 * make a new database there, and delete the tables of the old.
 */
function checkCurrent(path: string): void {
  const damaged = (cause?: unknown): StorageCorruptError =>
    new StorageCorruptError(
      `${join(path, "CURRENT")} is missing or damaged; restore ${path} from a copy, or repair it with LevelDB's own tools`,
      cause === undefined ? undefined : { cause },
    );
  let current: string;
  try {
    current = readFileSync(join(path, "CURRENT"), "latin1");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR") throw damaged(cause);
    throw new StorageIOError(`${path} cannot be read: ${message}`, { cause });
  }
  if (!/^MANIFEST-\d+\n$/.test(current)) throw damaged();
}
