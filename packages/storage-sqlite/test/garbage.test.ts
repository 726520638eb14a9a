/**
 * A large container that is cleared or deleted was one statement of SQLite, which kept the event loop waiting for as long as its rows took. Now its table is put
 * aside, and later commits delete the rows.
 */
import { join } from "node:path";
import { bytes } from "@caterpillar/storage-core";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { testFolder } from "./fixtures/folder.ts";

const MANY = 20_000;

async function withMany() {
  const path = join(testFolder(), "db");
  const storage = await SqliteStorage.open(path, { create: true });
  onTestFinished(() => storage.close());
  await storage.addContainer("large");
  await storage.addContainer("other");
  await storage.setContainerItems(
    "large",
    Array.from({ length: MANY }, (_, i) => [`k${i}`, "v"]),
  );
  return { path, storage };
}

/** What is left to be deleted, table by table. */
function leftIn(path: string): number[] {
  const db = new Sqlite(path, { readonly: true });
  try {
    const ids = db.prepare("SELECT id FROM garbage").pluck().all();
    return ids.map((id) => db.prepare(`SELECT count(*) FROM g${id}`).pluck().get() as number);
  } finally {
    db.close();
  }
}

it("what is cleared is gone for everybody at once, and its rows go with later commits", async () => {
  const { path, storage } = await withMany();
  const beside = await SqliteStorage.open(path);
  onTestFinished(() => beside.close());
  const before = await beside.begin();
  expect(await beside.container("large").get("k1")).toBe("v");
  await storage.clearContainer("large");
  expect(leftIn(path)).toEqual([MANY]);
  expect(await storage.container("large").get("k1")).toBeUndefined();
  expect(await storage.container("large").count()).toBe(0);
  expect(await before.container("large").count()).toBe(MANY);
  await before.rollback();
  expect(await beside.container("large").get("k1")).toBeUndefined();
  await storage.setContainerItem("large", "k1", "new");
  expect(await beside.container("large", { encoding: bytes }).has("k1")).toBe(true);
  let commits = 0;
  while (leftIn(path).length > 0) await storage.setContainerItem("other", "n", commits++);
  // Each deletes some of them, and none all at once.
  expect(commits).toBeGreaterThan(2);
  expect(commits).toBeLessThan(MANY / 64 + 2);
  expect(await storage.container("large").list()).toEqual([["k1", "new"]]);
});

it("what is deleted may be created again while its rows are still there", async () => {
  const { path, storage } = await withMany();
  await storage.deleteContainer("large");
  expect(leftIn(path)).toEqual([MANY]);
  await expect(storage.container("large").get("k1")).rejects.toMatchObject({
    code: "CONTAINER_NOT_FOUND",
  });
  await storage.addContainer("large");
  expect(await storage.container("large").list()).toEqual([]);
  expect(await storage.listContainers()).toEqual(["large", "other"]);
});

it("the next one who opens the storage goes on where the last one has ended", async () => {
  const { path, storage } = await withMany();
  await storage.clear();
  await storage.close();
  expect(leftIn(path)).toEqual([MANY]);
  const next = await SqliteStorage.open(path);
  onTestFinished(() => next.close());
  await next.addContainer("other");
  expect(leftIn(path)[0]).toBeLessThan(MANY);
});
