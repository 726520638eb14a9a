/**
 * A look at LMDB's data file before LMDB opens it: lmdb-js ends the process with a segmentation fault where the file is not a whole
 * database. The lock file must not be opened, as closing it would drop LMDB's locks; to open and close the data file is harmless.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { StorageCorruptError } from "@caterpillar/storage-core/driver";
import { areFree } from "./free-list.ts";

export const DATA = "data.mdb";
export const LOCK = "lock.mdb";

/**
 * What a meta page holds, and where: https://github.com/kriszyp/lmdb-js/blob/master/dependencies/lmdb/libraries/liblmdb/mdb.c
 * Pages 0 and 1 are such pages; the one with the higher number of its transaction holds.
 */
const PAGE_FLAGS = 18;
const IS_META = 8;
const MAGIC = 24;
const MAGIC_NUMBER = 0xbeefc0de;
const VERSION = 28;
/** LMDB 0.9 has version 1. */
const KNOWN_VERSION = 2;
const PAGE_SIZE = 48;
/** Of the list of free pages, with some of the environment's, and of the data. */
const FREE_FLAGS = 52;
const INTEGER_KEYS = 8;
const OVERLAPPING_SYNC = 0x1000;
const FREE_ROOT = 88;
const DATA_FLAGS = 100;
const KNOWN_DATA_FLAGS = 0x7e;
const DATA_ROOT = 136;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const LAST_PAGE = 144;
const TRANSACTION = 152;
const META_BYTES = 160;

/** How often is looked before a file is taken to be damaged. */
const TRIES = 5;

/**
 * Throws `StorageCorruptError` where the data file of the storage is missing, cut off, or something else. Answers why it cannot be
 * written to; `undefined` where it can.
 */
export function checkData(path: string): Error | undefined {
  const { file, unwritable } = openData(path);
  try {
    // Others may be in the middle of a commit, and a page that is half written looks damaged.
    for (let tries = 0; tries < TRIES; tries++) if (isWhole(file)) return unwritable;
    throw damaged(path);
  } finally {
    closeSync(file);
  }
}

function isWhole(file: number): boolean {
  const [first, second] = metasOf(file);
  if (first === undefined || second === undefined || first.pageSize !== second.pageSize) {
    return false;
  }
  const { pageSize, lastPage, freeRoot } = first.transaction > second.transaction ? first : second;
  // The size is asked last: the file grows before a page says so.
  const bytes = fstatSync(file).size;
  const pages = Math.floor(bytes / pageSize);
  return pages > lastPage || areFree({ file, bytes, pageSize, root: freeRoot }, pages, lastPage);
}

/** The number of the newest transaction that was committed. */
export function newestTransaction(path: string): number {
  const file = openSync(join(path, DATA), "r");
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const [first, second] = metasOf(file);
      if (first === undefined || second === undefined) continue;
      return Math.max(first.transaction, second.transaction);
    }
    throw damaged(path);
  } finally {
    closeSync(file);
  }
}

function openData(path: string): { file: number; unwritable: Error | undefined } {
  try {
    return { file: openSync(join(path, DATA), "r+"), unwritable: undefined };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR") throw damaged(path, cause);
    return { file: openSync(join(path, DATA), "r"), unwritable: cause as Error };
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  /** -1 where no page is free. */
  readonly freeRoot: number;
  readonly transaction: number;
}

function metasOf(file: number): [Meta | undefined, Meta | undefined] {
  const first = metaAt(file, 0);
  return [first, first && metaAt(file, first.pageSize)];
}

function metaAt(file: number, position: number): Meta | undefined {
  const page = Buffer.alloc(META_BYTES);
  if (readSync(file, page, 0, META_BYTES, position) < META_BYTES) return undefined;
  const pageSize = page.readUInt32LE(PAGE_SIZE);
  const lastPage = page.readBigUInt64LE(LAST_PAGE);
  const freeRoot = page.readBigUInt64LE(FREE_ROOT);
  const root = page.readBigUInt64LE(DATA_ROOT);
  const isMeta =
    page.readUInt32LE(MAGIC) === MAGIC_NUMBER &&
    page.readUInt32LE(VERSION) === KNOWN_VERSION &&
    (page.readUInt16LE(PAGE_FLAGS) & IS_META) !== 0 &&
    (page.readUInt16LE(FREE_FLAGS) & ~OVERLAPPING_SYNC) === INTEGER_KEYS &&
    (page.readUInt16LE(DATA_FLAGS) & ~KNOWN_DATA_FLAGS) === 0 &&
    (root === NO_PAGE || (root > 1n && root <= lastPage)) &&
    pageSize >= 512 &&
    (pageSize & (pageSize - 1)) === 0;
  if (!isMeta) return undefined;
  return {
    pageSize,
    lastPage: Number(lastPage),
    freeRoot: freeRoot === NO_PAGE ? -1 : Number(freeRoot),
    transaction: Number(page.readBigUInt64LE(TRANSACTION)),
  };
}

function damaged(path: string, cause?: unknown): StorageCorruptError {
  return new StorageCorruptError(
    `${join(path, DATA)} is missing, cut off or not LMDB's; restore ${path} from a copy`,
    cause === undefined ? undefined : { cause },
  );
}
