/** The RocksDB driver. */
import {
  checkFolder,
  createFolder,
  type Driver,
  defineStorage,
  formatStore,
  orderedEngine,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";
import { RocksdbStore } from "./store.ts";

/** Goes up when older versions of this driver cannot read what it writes any more. */
const FORMAT = { driver: "rocksdb", version: 1 };

const driver: Driver = {
  name: "rocksdb",
  facts: {
    location: "path",
    threads: "locked",
    processes: "locked",
    durability: ["power-loss"],
    readonly: "core",
    files: [
      { name: "<path>/*.sst", about: "tables of items, in order" },
      { name: "<path>/*.log", about: "the newest commits" },
      { name: "<path>/MANIFEST-*", about: "which tables and logs make up the database" },
      { name: "<path>/CURRENT", about: "which manifest is the newest" },
      { name: "<path>/CATERPILLAR", about: "whose folder this is, and the version of its format" },
      { name: "<path>/IDENTITY", about: "the database's own name", expendable: true },
      { name: "<path>/SESSION_ID", about: "a name for each opening", expendable: true },
      { name: "<path>/OPTIONS-*", about: "how it was opened", expendable: true },
      { name: "<path>/LOCK", about: "nothing; it is locked while it is open", expendable: true },
      { name: "<path>/LOG", about: "what RocksDB has done, for people", expendable: true },
      { name: "<path>/LOG.old.*", about: "the same, of earlier openings", expendable: true },
    ],
  },
  about: {
    engine: "RocksDB 10.5, by rocksdb-native 3.18",
    pick: "an example of a driver that is none of the project's own",
    limits: "a value is smaller than 4 GiB",
    syncs: "always: the log is synced at each commit, whatever was asked for",
    blocks: "a commit is handed over in one go, which takes the longer the more items it has",
  },
  async open(path, { create }) {
    if (create) {
      await createFolder(path, FORMAT, async (folder) =>
        formatStore(await RocksdbStore.open(folder, { create: true })),
      );
    }
    checkFolder(path, FORMAT);
    return await orderedEngine(await RocksdbStore.open(path, { create: false }), path);
  },
};

export const RocksdbStorage: StorageOpener = defineStorage(driver);
