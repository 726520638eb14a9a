/**
 * Creating a storage on the disk so that it appears whole, or not at all: it is made under another name beside its place, and then moved
 * there in one step, which only one of those who race for it can do.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { DuplicateStorageError, StorageIOError } from "./errors.ts";
import type { MaybePromise } from "./maybe-promise.ts";

/** What names of drafts begin with; behind it, in short, so that a path may be as long as any, who makes it, and where. */
const DRAFT = ".caterpillar-new-";
/** Whoever makes a draft has died if it is so old, in milliseconds, wherever that is. */
const OLD_MS = 3_600_000;

/**
 * Creates the file or folder at the path. `make` is given the name of a draft; what it has made there, closed and synced, is moved to the path,
 * durably. `DuplicateStorageError` where anything is at the path, `StorageIOError` where the system refuses. Where it fails, nothing is left: neither the draft nor any file whose name
 * begins with the draft's.
 *
 * Files need a file system with hard links.
 */
export async function createAt(
  path: string,
  make: (draft: string) => MaybePromise<void>,
): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw duplicate(path);
  const where = processSpace();
  removeLeftDrafts(dirname(path), where);
  const random = randomBytes(4).toString("hex");
  const draft = join(dirname(path), `${DRAFT}${where}-${process.pid}-${random}`);
  try {
    await make(draft);
    publish(draft, path);
  } catch (error) {
    if (isTaken(error)) throw duplicate(path, error);
    if (error instanceof Error && "syscall" in error) {
      throw new StorageIOError(`${path} cannot be created: ${error.message}`, { cause: error });
    }
    throw error;
  } finally {
    removeDraft(draft);
  }
}

/**
 * Gives the draft its name, durably. The parent is opened first, so that what can fail fails before there is a new name in it. Windows cannot
 * sync a folder, and keeps names by itself.
 */
function publish(draft: string, path: string): void {
  const parent = process.platform === "win32" ? undefined : openSync(dirname(path), "r");
  try {
    // A folder is moved over nothing, or over an empty folder; a file would be moved over a file as well, so it is linked.
    if (lstatSync(draft).isDirectory()) renameSync(draft, path);
    else linkSync(draft, path);
    if (parent !== undefined) fsyncSync(parent);
  } finally {
    if (parent !== undefined) closeSync(parent);
  }
}

function isTaken(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const moving = syscall === "rename" || syscall === "link";
  return moving && (code === "EEXIST" || code === "ENOTEMPTY" || code === "ENOTDIR");
}

function removeDraft(draft: string): void {
  for (const path of beginningWith(draft)) rmSync(path, { recursive: true, force: true });
}

/** What creators have left that were killed. Whoever may not remove it leaves it to others. */
function removeLeftDrafts(folder: string, where: string): void {
  try {
    for (const path of beginningWith(join(folder, DRAFT))) {
      if (isLeft(path, where)) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // What is wrong with the folder, creating in it will tell.
  }
}

function isLeft(draft: string, where: string): boolean {
  const [its, maker] = basename(draft).slice(DRAFT.length).split("-");
  if (its === where && hasDied(Number(maker))) return true;
  const age = Date.now() - (lstatSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  return age > OLD_MS;
}

function hasDied(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  return false;
}

/** Those whose processes have the numbers that are seen here have the same: not another machine, another container, or this machine before it was started anew. */
function processSpace(): string {
  const hash = createHash("sha256").update(hostname());
  if (process.platform === "linux") {
    try {
      hash.update(readFileSync("/proc/sys/kernel/random/boot_id"));
      hash.update(readlinkSync("/proc/self/ns/pid"));
    } catch {
      // The name must do.
    }
  }
  return hash.digest("hex").slice(0, 6);
}

function beginningWith(path: string): string[] {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return names.map((name) => join(dirname(path), name));
}

function duplicate(path: string, cause?: unknown): DuplicateStorageError {
  return new DuplicateStorageError(
    `there is something at ${path} already; open it without create, or with create: "if-missing"`,
    cause === undefined ? undefined : { cause },
  );
}
