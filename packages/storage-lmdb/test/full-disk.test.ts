import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { newStorage } from "./fixtures/folder.ts";
import type { FullDiskReport } from "./fixtures/full-disk.ts";
import { reportOf, startWithLimit } from "./fixtures/processes.ts";

/**
 * lmdb-js tells of a failed commit by a promise of its own, which nobody can have: its rejection
 * ended the process, whatever the caller did. What really failed is known to another promise only.
 */
it("a commit for which there is no room fails by itself, and leaves the storage and the process as they were", async () => {
  const path = await newStorage();
  const report = await reportOf<FullDiskReport>(startWithLimit(4 << 20, "full-disk.ts", [path]));
  // Which number the system has for it differs.
  const failed = { code: "STORAGE_IO", cause: "number" };
  expect(report).toEqual({
    autocommit: failed,
    transaction: failed,
    byHand: failed,
    snapshotStillReads: "value",
    reads: "value",
    smallWrites: ["done", "done"],
    again: failed,
    smallAfterwards: "done",
    unhandled: [],
  });
  await using storage = await LmdbStorage.open(path);
  const items: string[][] = [];
  for await (const item of storage.container("c").entries()) items.push(item);
  expect(items).toEqual([
    ["after", "2"],
    ["key", "small"],
    ["last", "3"],
  ]);
  expect(await storage.listContainers()).toEqual(["c"]);
  // There is room again for those who may have it.
  await storage.setContainerItem("c", "large", new Uint8Array(8 << 20));
});
