/** One thread of one process has a LevelDB database; everybody else is told so. */
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { describe, expect, it } from "vitest";
import { inProcess, inThread, OTHERS } from "./fixtures/holders.ts";
import { newStorage } from "./fixtures/storages.ts";

const LOCKED = { name: "StorageLockedError", code: "STORAGE_LOCKED", retryable: true };

for (const [other, open] of Object.entries(OTHERS)) {
  describe(`beside another ${other}`, () => {
    /** Whoever waits for LevelDB's lock waits for as long as the other program runs: with a timeout without an end, for ever. */
    it("who comes second is refused at once, and the first goes on", async () => {
      const storage = await newStorage();
      for (let i = 0; i < 3; i++) {
        expect((await open(storage.path)).said).toBe("STORAGE_LOCKED");
        await storage.setContainerItem("c", `${i}`, "goes on");
      }
      await storage.close();
      const holder = await open(storage.path);
      expect(holder.said).toBe("open");
      for (const options of [{}, { readonly: true }, { create: "if-missing" }] as const) {
        const refused = LevelStorage.open(storage.path, {
          ...options,
          timeout: Number.POSITIVE_INFINITY,
        });
        await expect(refused).rejects.toMatchObject(LOCKED);
      }
      await expect(LevelStorage.open(storage.path, { create: true })).rejects.toMatchObject({
        code: "DUPLICATE_STORAGE",
      });
      await holder.end();
      await using reopened = await LevelStorage.open(storage.path);
      expect(await reopened.getContainerLen("c")).toBe(3);
    });
  });
}

/**
 * A process gives all its locks on a file up when it closes the file once, whichever thread does. LevelDB looks whether its own process has
 * the database after it has opened the file LOCK, and closes that again: a thread that was refused took the lock away from the one that
 * had it, and another process could open the database beside it.
 */
it("a thread that is refused does not let another process in", async () => {
  const storage = await newStorage();
  expect((await inProcess(storage.path)).said).toBe("STORAGE_LOCKED");
  expect((await inThread(storage.path)).said).toBe("STORAGE_LOCKED");
  expect((await inProcess(storage.path)).said).toBe("STORAGE_LOCKED");
});

/** The same would happen if anything in this thread looked into LOCK, or asked LevelDB once more for what it has already. */
it("nothing that is opened, refused or closed beside a storage in its own thread lets another process in", async () => {
  const storage = await newStorage();
  const { path } = storage;
  await (await LevelStorage.open(path)).close();
  await (await LevelStorage.open(`${path}/`, { readonly: true })).close();
  await (await LevelStorage.open(path, { create: "if-missing" })).close();
  await expect(LevelStorage.open(path, { create: true })).rejects.toMatchObject({
    code: "DUPLICATE_STORAGE",
  });
  await expect(LevelStorage.open(`${path}/CURRENT`)).rejects.toMatchObject({
    code: "STORAGE_FORMAT",
  });
  expect((await inProcess(path)).said).toBe("STORAGE_LOCKED");
});

/**
 * classic-level can share a database among several handles, but the cache belongs to the first: when that was closed first, the next
 * read of another ended the process with a segmentation fault.
 */
it("many storages of one thread share the database, in whatever order they are closed", async () => {
  const first = await newStorage();
  const { path } = first;
  const open = (): Promise<LevelStorage> => LevelStorage.open(path);
  const [second, third, fourth] = await Promise.all([open(), open(), open()]);
  await first.setContainerItems("c", { a: "1", b: "2" });
  const iteration = third.container("c").keys();
  await iteration.next();
  await second.begin();
  await second.setContainerItem("c", "c", "3");
  await first.close();
  expect((await inProcess(path)).said).toBe("STORAGE_LOCKED");
  await second.commit();
  expect(await iteration.next()).toEqual({ done: false, value: "b" });
  expect(await fourth.getContainerItem("c", "c")).toBe("3");
  await fourth.close();
  await second.close();
  await third.setContainerItem("c", "d", "4");
  expect((await inProcess(path)).said).toBe("STORAGE_LOCKED");
  await third.close();
  const next = await inProcess(path);
  expect(next.said).toBe("open");
  await next.end();
  await using reopened = await LevelStorage.open(path);
  expect(await reopened.getContainerLen("c")).toBe(4);
});
