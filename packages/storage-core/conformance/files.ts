/** What is on the disk, to be compared with a later look. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StoredFile } from "../src/driver.ts";

/** Everything in a folder and below it: the path from the folder on, and what is there, to the byte. */
export function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(below(folder).map((path) => [path, describe(join(folder, path))]));
}

/** Everything in a folder that is no file of the storages at the paths, as the facts of their driver name them. */
export function strangersIn(
  folder: string,
  files: readonly StoredFile[],
  storages: readonly string[],
): string[] {
  return below(folder).filter((name) => {
    const path = join(folder, name);
    if (storages.some((storage) => storedFile(files, storage, path) !== undefined)) return false;
    const isFolder = lstatSync(path).isDirectory();
    return !(isFolder && storages.some((storage) => holdsStored(files, storage, path)));
  });
}

/** Cuts off the second half of every file that a storage is made of. */
export function cutInHalf(storage: string): void {
  const isFolder = lstatSync(storage).isDirectory();
  const files = isFolder ? below(storage).map((path) => join(storage, path)) : [storage];
  for (const file of files) {
    const stats = lstatSync(file);
    if (stats.isFile()) truncateSync(file, Math.floor(stats.size / 2));
  }
}

/** The size of the largest file in a folder and below it, in bytes; 0 where there is none. */
export function largestFileIn(folder: string): number {
  const sizes = below(folder).map((path) => lstatSync(join(folder, path)).size);
  return Math.max(0, ...sizes);
}

function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

function describe(path: string): string {
  const stats = lstatSync(path);
  if (stats.isDirectory()) return "a folder";
  if (!stats.isFile()) return "neither a file nor a folder";
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  return `${stats.size} bytes, ${digest}`;
}

/** What the facts of a driver say of the file of the storage at the path; `undefined` where they know of none by that name. */
export function storedFile(
  files: readonly StoredFile[],
  storage: string,
  path: string,
): StoredFile | undefined {
  return files.find(({ name }) => {
    const [start = "", end] = name.replace("<path>", storage).split("*");
    if (end === undefined) return path === start;
    const inner = path.slice(start.length, path.length - end.length);
    return path.startsWith(start) && path.endsWith(end) && !inner.includes("/");
  });
}

/** Those of the files that are there, of the storage at the path. */
export function storedFilesOf(files: readonly StoredFile[], storage: string): string[] {
  const folder = dirname(storage);
  const all = below(folder).map((path) => join(folder, path));
  return all.filter((path) => {
    const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
    return isFile && storedFile(files, storage, path) !== undefined;
  });
}

/** Whether the file holds what was stored, so that something is lost without it. */
export function holdsData({ expendable }: StoredFile): boolean {
  return expendable !== true;
}

/** Whether it is a folder that one of the files is in. */
function holdsStored(files: readonly StoredFile[], storage: string, folder: string): boolean {
  return files.some(({ name }) => dirname(name.replace("<path>", storage)) === folder);
}
