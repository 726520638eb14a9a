/** What the conformance kit is given; it imports this again in the threads and processes that it starts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import RocksDB from "rocksdb-native";

export { RocksdbStorage as storage } from "../src/index.ts";

/** Turns a closed storage into one of a newer format, which must be refused. */
export function newerFormat(path: string): void {
  const marker = join(path, "CATERPILLAR");
  writeFileSync(marker, "caterpillar storage: rocksdb, format 2\n");
}

/** A database of somebody who uses RocksDB as it is. */
export async function anotherProgram(path: string): Promise<void> {
  const db = new RocksDB(path);
  await db.ready();
  await db.close();
}
