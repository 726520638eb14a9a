/**
 * Chunks: the pieces in which content is stored. A stored chunk is a SHA-256 and the bytes; the SHA-256 is that of the chunk's key and the
 * bytes, so that what was changed, and what is in the wrong place, is found without the rest of the file.
 */
import { createHash } from "node:crypto";
import { StorageCorruptError } from "@caterpillar/storage-core";

/**
 * Bytes of content in a chunk. Small enough to be hashed and written without holding up the event loop, and for a short range to read
 * little that it does not need; large enough that its key, its digest and the engine's own overhead come to a hundredth or so.
 */
export const CHUNK_BYTES: number = 256 * 1024;

/** Chunks in one transaction: 4 MiB. Each put holds as much in memory, and the core about as much again while it is committed. */
export const BATCH_CHUNKS = 16;

export const HEAD_BYTES = 32;

/** The key of a chunk. Keys are in the order of numbers up to 2.6 PB. */
export function chunkKey(at: string, index: number): string {
  return `${at}/${String(index).padStart(10, "0")}`;
}

/** How many chunks so many bytes have. */
export function chunkCount(size: number): number {
  return Math.ceil(size / CHUNK_BYTES);
}

/** The bytes of content in one chunk of a content of so many bytes. */
export function chunkLength(size: number, index: number): number {
  return Math.max(0, Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES));
}

/** Writes the digest in front of the content. The chunk has room for it there. */
export function seal(key: string, chunk: Uint8Array): void {
  chunk.set(digestOf(key, chunk.subarray(HEAD_BYTES)));
}

/** The content of a stored chunk. `StorageCorruptError` unless it is what was written under the key. */
export function unseal(key: string, stored: Uint8Array | undefined, length: number): Uint8Array {
  if (stored === undefined) throw damaged("a chunk is missing");
  if (stored.length !== HEAD_BYTES + length) throw damaged("a chunk has another length");
  const content = stored.subarray(HEAD_BYTES);
  if (!digestOf(key, content).equals(stored.subarray(0, HEAD_BYTES))) {
    throw damaged("a chunk has other bytes than were written");
  }
  return content;
}

export function damaged(what: string): StorageCorruptError {
  return new StorageCorruptError(`the content of a file is damaged: ${what}`);
}

function digestOf(key: string, content: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(content).digest();
}
