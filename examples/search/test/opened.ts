/** An index on each driver, for the tests that must hold on all. */
import type { Storage } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { KVStore } from "@caterpillar/storage-interfaces";
import { onTestFinished } from "vitest";
import { DRIVERS } from "../src/drivers.ts";
import { findFiles } from "../src/files.ts";
import { SearchIndex, type Updated, type UpdateOptions } from "../src/search-index.ts";
import type { Folder } from "./folder.ts";

/** A storage in the folder that is closed, and in memory forgotten, after the test. */
export async function openStorage(driver: string, folder: Folder): Promise<Storage> {
  const opener = DRIVERS.get(driver);
  if (opener === undefined) throw new Error(`there is no driver ${driver}`);
  const path = folder.at("index.db");
  const storage = await opener.open(path, { create: "if-missing" });
  onTestFinished(async () => {
    await storage.close();
    if (driver === "memory") MemoryStorage.remove(path);
  });
  return storage;
}

export async function openIndex(driver: string, folder: Folder): Promise<SearchIndex> {
  return await SearchIndex.open(await openStorage(driver, folder), { root: folder.path });
}

export async function update(
  index: SearchIndex,
  folder: Folder,
  options?: UpdateOptions,
): Promise<Updated> {
  return await index.update(await findFiles(folder.path), options);
}

/** All that is in the storage. */
export async function dump({ storage }: SearchIndex): Promise<Record<string, [string, string][]>> {
  const settings: [string, string][] = [];
  for await (const entry of new KVStore(storage).entries()) settings.push(entry);
  const all: Record<string, [string, string][]> = { settings };
  for (const name of await storage.listContainers()) {
    if (name.startsWith("bh_")) continue;
    all[name] = [];
    for await (const entry of storage.container(name).entries()) all[name].push(entry);
  }
  return all;
}
