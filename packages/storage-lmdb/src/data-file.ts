/**
 * A look at LMDB's data file before LMDB opens it: lmdb-js ends the process with a segmentation fault where the file is not a whole
 * database. The lock file must not be opened, as closing it would drop LMDB's locks; to open and close the data file is harmless.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { StorageCorruptError } from "@caterpillar/storage-core/driver";

export const DATA = "data.mdb";
export const LOCK = "lock.mdb";

/** The start of a page, and of what a meta page holds: https://github.com/kriszyp/lmdb-js/blob/master/dependencies/lmdb/libraries/liblmdb/mdb.c */
const FLAGS = 18;
const META = 8;
const MAGIC = 24;
const MAGIC_NUMBER = 0xbeefc0de;
const PAGE_SIZE = 48;
const LAST_PAGE = 144;
const META_BYTES = 152;

/**
 * Throws `StorageCorruptError` where the data file of the storage is missing, cut off, or something else. Answers why it cannot be
 * written to; `undefined` where it can.
 */
export function checkData(path: string): Error | undefined {
  const { file, unwritable } = openData(path);
  try {
    const { size } = fstatSync(file);
    const first = metaAt(file, 0);
    const pageSize = first?.pageSize ?? 0;
    const second = metaAt(file, pageSize);
    const whole =
      first !== undefined &&
      second !== undefined &&
      pageSize === second.pageSize &&
      size >= (Math.max(first.lastPage, second.lastPage) + 1) * pageSize;
    if (!whole) throw damaged(path);
    return unwritable;
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
}

function metaAt(file: number, position: number): Meta | undefined {
  const page = Buffer.alloc(META_BYTES);
  const length = readSync(file, page, 0, META_BYTES, position);
  if (length < META_BYTES || page.readUInt32LE(MAGIC) !== MAGIC_NUMBER) return undefined;
  if ((page.readUInt16LE(FLAGS) & META) === 0) return undefined;
  const pageSize = page.readUInt32LE(PAGE_SIZE);
  const isPowerOfTwo = pageSize >= 512 && (pageSize & (pageSize - 1)) === 0;
  if (!isPowerOfTwo) return undefined;
  return { pageSize, lastPage: Number(page.readBigUInt64LE(LAST_PAGE)) };
}

function damaged(path: string, cause?: unknown): StorageCorruptError {
  return new StorageCorruptError(
    `${join(path, DATA)} is missing, cut off or not LMDB's; restore ${path} from a copy`,
    cause === undefined ? undefined : { cause },
  );
}
