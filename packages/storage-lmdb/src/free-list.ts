/**
 * The list of free pages in LMDB's data file, read without LMDB. LMDB gives a page a number before it writes it; one that was emptied again in
 * the same transaction is never written, and where it is the last the file is shorter than the meta page says. It is whole then all the same.
 *
 * Pages and their nodes: https://github.com/kriszyp/lmdb-js/blob/master/dependencies/lmdb/libraries/liblmdb/mdb.c; lists of pages: midl.c
 */
import { readSync } from "node:fs";

/** Of a page: what it is, where its nodes end and where each begins, counted from behind the header. */
const FLAGS = 18;
const IS_BRANCH = 1;
const IS_LEAF = 2;
const LOWER = 20;
const HEADER_BYTES = 24;

/** Of a node: the size of its data, or the page below; the rest of that page's number, or what the data are; the size of the key, and the key. */
const NODE_FLAGS = 4;
const IS_ELSEWHERE = 1;
const NODE_KEY_SIZE = 6;
const NODE_KEY = 8;

/** The file, and what its meta page says. */
export interface FreeList {
  readonly file: number;
  /** How long the file is. */
  readonly bytes: number;
  readonly pageSize: number;
  /** The root page of the list; -1 where there is none. */
  readonly root: number;
}

/** Whether all these pages are free. False, too, where the list cannot be read. */
export function areFree(list: FreeList, first: number, last: number): boolean {
  const free = new Set<number>();
  try {
    for (const [start, count] of blocksBelow(list, list.root, new Set())) {
      const end = Math.min(start + count - 1, last);
      for (let page = Math.max(start, first); page <= end; page++) free.add(page);
    }
  } catch (error) {
    // It points to where nothing is.
    if (error instanceof RangeError) return false;
    throw error;
  }
  return free.size === last - first + 1;
}

/** The first of each row of free pages, and how many they are. */
function* blocksBelow(
  list: FreeList,
  number: number,
  seen: Set<number>,
): Generator<readonly [start: number, count: number]> {
  if (number === -1) return;
  if (seen.has(number)) throw new RangeError("the tree goes round");
  seen.add(number);
  const page = read(list, number, 0, list.pageSize);
  const flags = page.readUInt16LE(FLAGS);
  for (let i = 0; i < page.readUInt16LE(LOWER) / 2; i++) {
    const node = page.subarray(HEADER_BYTES + page.readUInt16LE(HEADER_BYTES + 2 * i));
    if (flags & IS_BRANCH) yield* blocksBelow(list, node.readUIntLE(0, 6), seen);
    else if (flags & IS_LEAF) yield* blocksIn(dataOf(list, node));
    else throw new RangeError("the page is none of a tree");
  }
}

function dataOf(list: FreeList, node: Buffer): Buffer {
  const size = node.readUInt32LE(0);
  const data = node.subarray(NODE_KEY + node.readUInt16LE(NODE_KEY_SIZE));
  if ((node.readUInt16LE(NODE_FLAGS) & IS_ELSEWHERE) === 0) return data.subarray(0, size);
  return read(list, Number(data.readBigUInt64LE(0)), HEADER_BYTES, size);
}

/** A count, and as many numbers: zero for nothing, a page, or how many pages there are, less than zero, and the first of them behind it. */
function* blocksIn(data: Buffer): Generator<readonly [start: number, count: number]> {
  const length = Number(data.readBigInt64LE(0));
  for (let i = 1; i <= length; i++) {
    const entry = Number(data.readBigInt64LE(8 * i));
    if (entry > 0) yield [entry, 1];
    if (entry < 0) yield [Number(data.readBigInt64LE(8 * ++i)), -entry];
  }
}

function read(list: FreeList, page: number, from: number, size: number): Buffer {
  const position = page * list.pageSize + from;
  if (position + size > list.bytes) throw new RangeError(`the file ends before page ${page} does`);
  const bytes = Buffer.alloc(size);
  readSync(list.file, bytes, 0, size, position);
  return bytes;
}
