import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deviation } from "@caterpillar/storage-core/conformance";
import { MARKER } from "@caterpillar/storage-core/driver";
import { ClassicLevel } from "classic-level";

export { LevelStorage as storage } from "@caterpillar/storage-leveldb";

export const deviations: readonly Deviation[] = [
  {
    check: "CORR-01",
    reason:
      "LevelDB compares no checksums when it reads a table, and classic-level has no option for it: garbage in a `*.ldb` file can end the process by SIGABRT (damage in any other file is told); so keep copies: https://github.com/Level/leveldown/issues/172",
    until: "2027-12-31",
  },
];

export function newerFormat(path: string): void {
  writeFileSync(join(path, MARKER), "caterpillar storage: leveldb, format 2\n");
}

export async function anotherProgram(path: string): Promise<void> {
  const db = new ClassicLevel(path);
  await db.put("f", "flags");
  await db.close();
}
