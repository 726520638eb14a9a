import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MARKER } from "@caterpillar/storage-core/driver";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { ClassicLevel } from "classic-level";
import { describe, expect, it } from "vitest";
import { filesOf, testFolder } from "./fixtures/folder.ts";
import { newStorage } from "./fixtures/storages.ts";

async function otherProgram(path: string): Promise<void> {
  const db = new ClassicLevel(path);
  await db.batch([
    { type: "put", key: "f", value: "catp-001" },
    { type: "put", key: "diary", value: "today" },
  ]);
  await db.close();
}

async function storageAt(path: string): Promise<void> {
  await (await newStorage(path)).close();
}

/** Each makes something at the path that is not a storage of this driver. */
const FOREIGN: Readonly<
  Record<string, { make: (path: string) => void | Promise<void>; code: string }>
> = {
  "a text file": {
    make: (path) => writeFileSync(path, "Dear diary,\n"),
    code: "STORAGE_FORMAT",
  },
  "an empty folder": { make: (path) => mkdirSync(path), code: "STORAGE_FORMAT" },
  "a folder of files": {
    make: (path) => {
      mkdirSync(path);
      writeFileSync(join(path, "000003.log"), "Dear diary,\n");
    },
    code: "STORAGE_FORMAT",
  },
  "a database of another program": { make: otherProgram, code: "STORAGE_FORMAT" },
  "a database of another program that it did not close": {
    make: async (path) => {
      await otherProgram(path);
      // As after a crash: a log that was not read yet, and no lock.
      rmSync(join(path, "LOCK"));
    },
    code: "STORAGE_FORMAT",
  },
  "a storage of another driver": {
    make: (path) => {
      mkdirSync(path);
      writeFileSync(join(path, MARKER), "caterpillar storage: another, format 1\n");
    },
    code: "STORAGE_FORMAT",
  },
  "a storage whose marker is gone": {
    make: async (path) => {
      await storageAt(path);
      rmSync(join(path, MARKER));
    },
    code: "STORAGE_FORMAT",
  },
  "a storage of a newer format": {
    make: async (path) => {
      await storageAt(path);
      writeFileSync(join(path, MARKER), "caterpillar storage: leveldb, format 2\n");
    },
    code: "STORAGE_VERSION",
  },
};

/**
 * LevelDB tidies up what it opens: it reads the log into tables, deletes files that it does not know, and leaves a LOCK and a LOG. To find
 * out by opening it that a folder is somebody else's changes that folder.
 */
describe("what is not a storage is refused, and not a byte of it changes:", () => {
  for (const [what, { make, code }] of Object.entries(FOREIGN)) {
    it(what, async () => {
      const folder = testFolder();
      const path = join(folder, "it");
      await make(path);
      const before = filesOf(folder);
      for (const options of [{}, { readonly: true }, { create: "if-missing" }] as const) {
        await expect(LevelStorage.open(path, options)).rejects.toMatchObject({ code });
      }
      await expect(LevelStorage.open(path, { create: true })).rejects.toMatchObject({
        code: "DUPLICATE_STORAGE",
      });
      expect(filesOf(folder)).toEqual(before);
    });
  }
});

/** With `createIfMissing: false` LevelDB fails, but makes the folder before, and leaves a LOCK and a LOG in it. */
it("to open what does not exist leaves nothing", async () => {
  const folder = testFolder();
  for (const path of [join(folder, "nothing"), join(folder, "no", "folder")]) {
    for (const options of [{}, { readonly: true }]) {
      await expect(LevelStorage.open(path, options)).rejects.toMatchObject({
        code: "STORAGE_NOT_FOUND",
      });
    }
  }
  expect(readdirSync(folder)).toEqual([]);
});
