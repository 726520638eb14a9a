import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MARKER } from "@caterpillar/storage-core/driver";
import { ClassicLevel } from "classic-level";

export { LevelStorage as storage } from "@caterpillar/storage-leveldb";

export function newerFormat(path: string): void {
  writeFileSync(join(path, MARKER), "caterpillar storage: leveldb, format 2\n");
}

export async function anotherProgram(path: string): Promise<void> {
  const db = new ClassicLevel(path);
  await db.put("f", "flags");
  await db.close();
}
