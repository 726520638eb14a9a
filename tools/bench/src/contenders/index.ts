/** All who take part. Each module is loaded by itself, so that the process of a trial has nothing in it that others need. */
import type { Contender } from "../contender.ts";

// In the order of their turns: those on one engine follow each other, so that the machine has little time to change its mind between them.
const MODULES: Readonly<Record<string, () => Promise<Contender>>> = {
  "ours-sqlite": async () => (await import("./ours-sqlite.ts")).oursSqlite,
  "ours-sqlite-worker": async () => (await import("./ours-sqlite.ts")).oursSqliteWorker,
  "raw-sqlite": async () => (await import("./raw-sqlite.ts")).rawSqlite,
  keyv: async () => (await import("./keyv.ts")).keyv,
  unstorage: async () => (await import("./unstorage.ts")).unstorage,
  "ours-lmdb": async () => (await import("./ours-lmdb.ts")).oursLmdb,
  "raw-lmdb": async () => (await import("./raw-lmdb.ts")).rawLmdb,
  "ours-leveldb": async () => (await import("./ours-leveldb.ts")).oursLeveldb,
  "raw-leveldb": async () => (await import("./raw-leveldb.ts")).rawLeveldb,
  "abstract-level": async () => (await import("./abstract-level.ts")).abstractLevel,
  "ours-memory": async () => (await import("./ours-memory.ts")).oursMemory,
};

export async function loadContender(name: string): Promise<Contender> {
  const load = MODULES[name];
  if (load === undefined) throw new Error(`there is no contender ${name}`);
  return await load();
}

export async function loadContenders(): Promise<readonly Contender[]> {
  return await Promise.all(Object.values(MODULES).map((load) => load()));
}
