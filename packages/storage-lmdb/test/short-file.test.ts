/**
 * LMDB gives a page its number before it writes it, and never writes one that is emptied again in the same commit. Where that is the last, the
 * file is shorter than its database. That was taken for damage: who deleted a container while somebody had an old snapshot, and was killed
 * then, could not open the storage any more.
 */
import {
  closeSync,
  cpSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it, onTestFinished, vi } from "vitest";
import { areFree } from "../src/free-list.ts";
import { testFolder } from "./fixtures/folder.ts";
import { reportOf, startProcess } from "./fixtures/processes.ts";

const PAGE = 4096;
/** Where a meta page has what. */
const FREE_PAGES = 56;
const FREE_ROOT = 88;
const DATA_PAGES = 104;
const LAST_PAGE = 144;
const TRANSACTION = 152;

/** How many pages the database has at its end that the file has not. */
function missingPages(file: string): number {
  const metas = readFileSync(file).subarray(0, 2 * PAGE);
  const last = [0, PAGE].map((page) => Number(metas.readBigUInt64LE(page + LAST_PAGE)));
  return Math.max(...last) + 1 - statSync(file).size / PAGE;
}

function items(count: number, value: string): [string, string][] {
  return Array.from({ length: count }, (_, i) => [`key ${i}`, value]);
}

/** A copy of what is on the disk when the items of a deleted container were just removed. */
async function shortStorage(): Promise<string> {
  const path = join(testFolder(), "storage");
  await using storage = await LmdbStorage.open(path, { create: true });
  for (const name of ["c", "deleted"]) await storage.addContainer(name);
  await storage.setContainerItem("c", "key", "value");
  await storage.setContainerItems("deleted", items(300, "deleted"));
  await using old = await LmdbStorage.open(path);
  await old.begin();
  await storage.deleteContainer("deleted");
  const file = join(path, "data.mdb");
  await vi.waitFor(() => expect(missingPages(file)).toBe(1), { timeout: 20_000 });
  const copy = join(testFolder(), "copy");
  cpSync(path, copy, { recursive: true });
  return copy;
}

it("a file without the last page is whole, if that page is free", async () => {
  const path = await shortStorage();
  expect(missingPages(join(path, "data.mdb"))).toBe(1);
  const entries = [["key", "value"]];
  const outcomes = await reportOf(startProcess("open-and-read.ts", [path]));
  expect(outcomes).toEqual([entries, entries, entries]);
  await using storage = await LmdbStorage.open(path);
  await storage.setContainerItems("c", items(300, "new"));
  expect(await storage.getContainerItem("c", "key 299")).toBe("new");
  expect(await storage.getContainerLen("c")).toBe(301);
});

it("it is damaged, if it has lost one more", async () => {
  const path = await shortStorage();
  const file = join(path, "data.mdb");
  truncateSync(file, statSync(file).size - PAGE);
  const before = readFileSync(file);
  const codes = await reportOf(startProcess("open-and-read.ts", [path]));
  expect(codes).toEqual(["STORAGE_CORRUPT", "STORAGE_CORRUPT", "STORAGE_CORRUPT"]);
  expect(readFileSync(file).equals(before)).toBe(true);
});

/** Hundreds of pages that one commit frees are listed elsewhere than in the tree's own pages; hundreds of commits make it grow a level. */
it("in a long list of free pages, each page of the database is either free or in use", async () => {
  const path = join(testFolder(), "storage");
  await using storage = await LmdbStorage.open(path, { create: true });
  await storage.addContainer("c");
  await storage.setContainerItems("c", items(10_000, "old".repeat(50)));
  await using old = await LmdbStorage.open(path);
  await old.begin();
  for (let i = 0; i < 150; i++) await storage.setContainerItem("c", `key ${60 * i}`, "newer");
  await storage.setContainerItems("c", items(10_000, "new".repeat(50)));

  const file = openSync(join(path, "data.mdb"), "r");
  onTestFinished(() => closeSync(file));
  const metas = Buffer.alloc(2 * PAGE);
  readSync(file, metas, 0, 2 * PAGE, 0);
  const [first, second] = [metas.subarray(0, PAGE), metas.subarray(PAGE)] as [Buffer, Buffer];
  const number = (meta: Buffer, at: number): number => Number(meta.readBigUInt64LE(at));
  const newest = number(first, TRANSACTION) > number(second, TRANSACTION) ? first : second;
  // Of the list itself, and of the data: branches, leaves, and pages of what is too large for them.
  const [list, data] = [FREE_PAGES, DATA_PAGES].map((at) =>
    [0, 8, 16].map((each) => number(newest, at + each)),
  ) as [number[], number[]];
  expect(list[0]).toBeGreaterThan(0);
  expect(list[2]).toBeGreaterThan(0);
  const used = 2 + [...list, ...data].reduce((sum, pages) => sum + pages, 0);

  const root = number(newest, FREE_ROOT);
  const freeList = { file, bytes: fstatSync(file).size, pageSize: PAGE, root };
  const pages = Array.from({ length: number(newest, LAST_PAGE) + 1 }, (_, page) => page);
  const free = pages.filter((page) => areFree(freeList, page, page));
  expect(free.length).toBe(pages.length - used);
  expect(areFree(freeList, free[0] as number, pages.length - 1)).toBe(false);
  expect(areFree({ ...freeList, bytes: root * PAGE }, free[0] as number, free[0] as number)).toBe(
    false,
  );
});
