import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MARKER } from "@caterpillar/storage-core/driver";
import { open } from "lmdb";

export { LmdbStorage as storage } from "@caterpillar/storage-lmdb";

export function newerFormat(path: string): void {
  writeFileSync(join(path, MARKER), "caterpillar storage: lmdb, format 2\n");
}

export async function anotherProgram(path: string): Promise<void> {
  const db = open({ path, noSubdir: false });
  await db.put("f", "flags");
  await db.close();
}
