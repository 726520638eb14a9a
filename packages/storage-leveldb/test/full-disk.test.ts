/**
 * When a write fails, LevelDB does not know what of it is in the log. Where it failed in syncing, LevelDB takes no more writes until it has
 * read the log again. Where it failed before, LevelDB goes on as if nothing had happened, behind half of a record: as soon as there is room
 * again, commits are acknowledged, also as safe from the loss of power, that nobody finds when the database is opened the next time.
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { testFolder } from "./fixtures/folder.ts";
import type { FullDiskReport } from "./fixtures/full-disk.ts";
import { outputOf, startWithFileLimit } from "./fixtures/processes.ts";
import { newStorage } from "./fixtures/storages.ts";

/** In blocks of 1,024 bytes. */
const DISK = 100;

for (const durability of ["power-loss", "process-crash"]) {
  for (const [what, size] of Object.entries({ small: 10, "larger than the disk": 8000 })) {
    it(`after a write that failed none succeeds until the storage is opened again: ${durability}, commits that are ${what}`, async () => {
      const path = join(testFolder(), "db");
      const storage = await newStorage(path);
      await storage.addContainer("left");
      await storage.addContainer("right");
      await storage.close();
      const child = startWithFileLimit(DISK, "full-disk.ts", path, `${size}`, durability);
      const report: FullDiskReport = JSON.parse(await outputOf(child));
      const { acknowledged, failures, failed, read, reopened } = report;
      const before = Array.from({ length: failed }, (_, n) => n);
      expect(acknowledged).toEqual(before);
      expect(failures).toEqual(
        Array.from({ length: 7 }, () => ({
          code: "STORAGE_IO",
          cause: "LEVEL_IO_ERROR",
          message: expect.stringMatching(/close all storages on it.* and open it/),
        })),
      );
      expect(read).toEqual(before);
      expect(reopened.filter((n) => n !== failed)).toEqual(before);
      expect(report.writesAgain).toBe(true);
    });
  }
}
