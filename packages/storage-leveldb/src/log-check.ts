/**
 * A look at LevelDB's logs before LevelDB reads them. What it cannot read of them, a whole log that it may not open included, it leaves out without
 * a word, goes on with what comes after, and deletes the logs then: acknowledged commits are gone for good, and later ones are there without them.
 *
 * A log is a row of blocks, and a block a row of records, each with a checksum:
 * https://github.com/google/leveldb/blob/main/doc/log_format.md. A crash leaves an end that cannot be read. What has records behind it is no end.
 */
import { readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import {
  crowded,
  nextTurn,
  StorageCorruptError,
  StorageIOError,
} from "@caterpillar/storage-core/driver";
import { crc32c } from "./crc32c.ts";

const BLOCK = 1 << 15;
/** What a record begins with: the checksum of all that follows it, the length of what the record holds, and its type. */
const HEADER = 7;
const LENGTH = 4;
const TYPE = 6;
/** All of a batch, or its first, one more, or its last part. */
const LAST_TYPE = 4;

/** Throws `StorageCorruptError` where something in the logs cannot be read that is not their end, and `StorageIOError` where a log itself cannot. */
export async function checkLogs(path: string): Promise<void> {
  let damaged: string | undefined;
  try {
    for (const log of logsIn(path)) {
      for await (const block of blocksOf(log)) {
        for (let at = 0; at < block.length; ) {
          const { is, end } = partAt(block, at);
          if (is === "damage") damaged ??= log;
          if (is === "record" && damaged !== undefined) throw damagedError(damaged, path);
          at = end;
        }
        if (crowded()) await nextTurn();
      }
    }
  } catch (error) {
    if (error instanceof StorageCorruptError) throw error;
    throw new StorageIOError(`${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** In the order in which they were written. */
function logsIn(path: string): string[] {
  const numbers = readdirSync(path).flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? []);
  return numbers.sort((a, b) => Number(a) - Number(b)).map((number) => join(path, `${number}.log`));
}

/** The blocks of a log; each is to be used before the next one is asked for. One that is gone has none: who has the database open has removed it. */
async function* blocksOf(log: string): AsyncGenerator<Uint8Array> {
  const file = await open(log).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (file === undefined) return;
  try {
    const buffer = new Uint8Array(BLOCK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, BLOCK);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

interface Part {
  readonly is: "record" | "damage" | "padding";
  /** Where what comes after it begins. */
  readonly end: number;
}

function partAt(block: Uint8Array, at: number): Part {
  const end = endOfRecord(block, at);
  if (end !== undefined) return { is: "record", end };
  // No record begins there, for want of room.
  if (block.length - at < HEADER) return { is: "padding", end: block.length };
  let next = at + 1;
  while (next < block.length && endOfRecord(block, next) === undefined) next++;
  return { is: "damage", end: next };
}

/** Where the record ends that begins there; `undefined` where there is none that is whole. */
function endOfRecord(block: Uint8Array, at: number): number | undefined {
  const type = block[at + TYPE] ?? 0;
  if (type === 0 || type > LAST_TYPE) return undefined;
  const header = new DataView(block.buffer, block.byteOffset + at);
  const end = at + HEADER + header.getUint16(LENGTH, true);
  if (end > block.length) return undefined;
  return unmasked(header.getUint32(0, true)) === crc32c(block, at + TYPE, end) ? end : undefined;
}

/** LevelDB stores a checksum of bytes with checksums in them in another form. */
function unmasked(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

function damagedError(log: string, path: string): StorageCorruptError {
  return new StorageCorruptError(
    `${log} is damaged, with commits behind the damage, and LevelDB would leave out what it cannot read; restore ${path} from a copy, or repair it with LevelDB's own tools`,
  );
}
