/** LevelDB tells databases apart by the text of their paths, and believes a text that it does not know. */
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { expect, it } from "vitest";
import { databaseOf, testFolder } from "./fixtures/folder.ts";
import { entries, newStorage, noise } from "./fixtures/storages.ts";

const WRITES = 1000;

/**
 * LevelDB opens a folder twice in one process where it is named `db` and `db/`, or by a link: two writers then go on in the same files, and
 * half of what both were told is committed is gone.
 */
it("one folder is one storage, whatever it is called, and all that is written by any of its names is there", async () => {
  const folder = testFolder();
  mkdirSync(join(folder, "parent"));
  const path = join(folder, "parent", "db");
  symlinkSync(path, join(folder, "link-to-it"));
  symlinkSync(join(folder, "parent"), join(folder, "link-to-parent"));
  const first = await newStorage(path, { durability: "process-crash" });
  const names = [
    `${path}/`,
    `${path}//`,
    join(folder, "parent", ".", "db"),
    `${folder}/parent/../parent/db`,
    relative(process.cwd(), path),
    join(folder, "link-to-it"),
    `${join(folder, "link-to-it")}/`,
    join(folder, "link-to-parent", "db"),
  ];
  const others = await Promise.all(
    names.map((name) => LevelStorage.open(name, { durability: "process-crash" })),
  );
  const storages = [first, ...others];
  expect(new Set(storages.map((storage) => storage.path))).toEqual(new Set([first.path]));
  await Promise.all(
    storages.map(async (storage, which) => {
      for (let i = 0; i < WRITES; i++) await storage.setContainerItem("c", `${which}-${i}`, "v");
    }),
  );
  await Promise.all(storages.map((storage) => storage.close()));
  await using reopened = await LevelStorage.open(path);
  expect(await reopened.getContainerLen("c")).toBe(storages.length * WRITES);
});

/**
 * To a folder that was given another name while it is open LevelDB has two paths as well, and a lock that is its own process's does not stop
 * it. It opened the folder a second time, and one of the two writers lost everything.
 */
it("a folder that was renamed while it is open is not opened a second time", async () => {
  const folder = testFolder();
  const storage = await newStorage(join(folder, "old-name"));
  renameSync(join(folder, "old-name"), join(folder, "new-name"));
  await expect(LevelStorage.open(join(folder, "new-name"))).rejects.toMatchObject({
    code: "STORAGE_LOCKED",
  });
  await storage.close();
  await using reopened = await LevelStorage.open(join(folder, "new-name"));
  expect(await reopened.listContainers()).toEqual(["c"]);
});

/**
 * LevelDB makes and opens its files by their paths. A storage whose folder was replaced, as a restore from a copy does, went on in the new
 * folder: its log and its tables took the places of the new ones, and both databases were lost.
 */
it("a storage whose folder was replaced by another writes nothing into that", async () => {
  const folder = testFolder();
  const path = join(folder, "db");
  const old = await newStorage(path, { durability: "process-crash" });
  const copy = await newStorage(join(folder, "copy"), { durability: "process-crash" });
  await copy.setContainerItems(
    "c",
    entries(6000, (i) => noise(i, 1000)),
  );
  await copy.close();
  renameSync(path, join(folder, "replaced"));
  renameSync(join(folder, "copy"), path);
  const before = databaseOf(path);
  // More than LevelDB keeps in memory: it begins new files.
  const write = async (): Promise<void> => {
    for (const [key, value] of entries(6000, (i) => noise(-i, 1000))) {
      await old.setContainerItem("c", key, value);
    }
  };
  await expect(write()).rejects.toMatchObject({ code: "STORAGE_IO" });
  await old.close();
  expect(databaseOf(path)).toEqual(before);
  await using restored = await LevelStorage.open(path);
  expect(await restored.getContainerLen("c")).toBe(6000);
});
