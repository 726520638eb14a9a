/** One put under way: cuts content into chunks, writes them in batches, and makes the file of them in one transaction. */
import { createHash, type Hash, randomUUID } from "node:crypto";
import { StorageCorruptError, TransactionConflictError } from "@caterpillar/storage-core";
import { crowded, nextTurn } from "@caterpillar/storage-core/driver";
import {
  BATCH_CHUNKS,
  CHUNK_BYTES,
  chunkCount,
  chunkKey,
  HEAD_BYTES,
  seal,
} from "./file-chunks.ts";
import { type FileRecord, nameKey } from "./file-records.ts";
import type { FileAccess, Tables } from "./file-tables.ts";

/** The uploads of this thread that are under way. No grace is short enough to take them for left behind. */
export const underWay: Set<string> = new Set();

/** What is known of a file before its content was read. */
export type FileHead = Omit<FileRecord, "digest" | "size"> & { readonly id: string };

/** Chunks that are deleted in one transaction: only keys are written, and 64 MiB let go. */
const DISCARD_CHUNKS = 256;

export class Upload {
  readonly #id: string = randomUUID();
  readonly #access: FileAccess;
  readonly #signal: AbortSignal | undefined;
  readonly #hash: Hash = createHash("sha256");
  /** The chunks of one batch, used again for each: the storage makes copies. */
  readonly #buffers: Uint8Array[] = [];
  #batch: [key: string, chunk: Uint8Array][] = [];
  /** Bytes in the chunk that is being filled. */
  #filled = 0;
  #size = 0;
  /** Chunks that are stored. */
  #stored = 0;
  /** Whether anything may be stored. */
  #begun = false;

  constructor(access: FileAccess, signal: AbortSignal | undefined) {
    this.#access = access;
    this.#signal = signal;
  }

  /** Bytes taken. */
  get size(): number {
    return this.#size;
  }

  async add(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; ) {
      const some = piece.subarray(from, from + CHUNK_BYTES - this.#filled);
      this.#buffer(this.#filled + some.length).set(some, HEAD_BYTES + this.#filled);
      from += some.length;
      this.#filled += some.length;
      this.#size += some.length;
      if (this.#filled < CHUNK_BYTES) continue;
      this.#endChunk();
      if (this.#batch.length === BATCH_CHUNKS) await this.#flush();
      else if (crowded()) await nextTurn();
    }
  }

  /** Makes the file, of this upload's chunks or of those that are there already. Nobody has seen anything of it before. */
  async finish({ id, ...head }: FileHead): Promise<FileRecord> {
    if (this.#filled > 0) this.#endChunk();
    const size = this.#size;
    const record: FileRecord = { ...head, digest: this.#hash.digest("hex"), size };
    const reused = await this.#access.change(async (tables) => {
      await this.#check(tables);
      const used = Date.now();
      const there = await useBlob(tables, record, used);
      if (!there) {
        await tables.chunks.setMany(this.#batch);
        await tables.blobs.set(record.digest, { size, at: this.#id, refs: 1, used });
        if (this.#begun) await tables.uploads.delete(this.#id);
      } else if (this.#begun) {
        await tables.uploads.set(this.#id, { size: this.#flushed, used, dead: true });
      }
      await addFile(tables, id, record);
      return there;
    }, this.#signal);
    if (reused) await this.undo();
    underWay.delete(this.#id);
    return record;
  }

  /** Removes what it has stored. Where that fails, gc does it later; why the put has failed is the news. */
  async undo(): Promise<void> {
    try {
      if (this.#begun) await discard(this.#access, this.#id);
    } catch {
      // See above.
    } finally {
      underWay.delete(this.#id);
    }
  }

  get #flushed(): number {
    return this.#stored * CHUNK_BYTES;
  }

  /** The chunk that is being filled, with room for so many bytes: no more is taken than a small content needs. */
  #buffer(length = this.#filled): Uint8Array {
    const number = this.#batch.length;
    const old = this.#buffers[number];
    if (old !== undefined && old.length >= HEAD_BYTES + length) return old;
    const room = old === undefined && length < CHUNK_BYTES / 16 ? length : CHUNK_BYTES;
    const buffer = Buffer.allocUnsafeSlow(HEAD_BYTES + room);
    if (old !== undefined) buffer.set(old);
    this.#buffers[number] = buffer;
    return buffer;
  }

  #endChunk(): void {
    const chunk = this.#buffer().subarray(0, HEAD_BYTES + this.#filled);
    this.#hash.update(chunk.subarray(HEAD_BYTES));
    const key = chunkKey(this.#id, this.#stored + this.#batch.length);
    seal(key, chunk);
    this.#batch.push([key, chunk]);
    this.#filled = 0;
  }

  async #flush(): Promise<void> {
    this.#begun = true;
    underWay.add(this.#id);
    const size = this.#flushed + this.#batch.length * CHUNK_BYTES;
    await this.#access.change(async (tables) => {
      await this.#check(tables);
      await tables.chunks.setMany(this.#batch);
      await tables.uploads.set(this.#id, { size, used: Date.now(), dead: false });
    }, this.#signal);
    this.#stored += this.#batch.length;
    this.#batch = [];
  }

  /** What was written so far must still be there. */
  async #check(tables: Tables): Promise<void> {
    if (this.#stored === 0) return;
    const record = await tables.uploads.get(this.#id);
    if (record === undefined || record.dead) {
      throw new TransactionConflictError(
        "gc() of another process has taken this put for left behind; put it again, and give gc a longer grace",
      );
    }
  }
}

/** Counts one more file for a content, in the transaction that adds it. Answers whether the content is there. */
export async function useBlob(
  { blobs }: Tables,
  { digest, size }: FileRecord,
  used: number,
): Promise<boolean> {
  const blob = await blobs.get(digest);
  if (blob === undefined) return false;
  if (blob.size !== size) throw new StorageCorruptError("a record of a file store is damaged");
  await blobs.set(digest, { ...blob, refs: blob.refs + 1, used });
  return true;
}

export async function addFile(tables: Tables, id: string, record: FileRecord): Promise<void> {
  await tables.files.set(id, record);
  await tables.names.set(nameKey(record.name, id), new Uint8Array());
}

/** Deletes the chunks of an upload, and its record with the last of them. Answers how much was there. */
export async function discard(
  access: FileAccess,
  id: string,
  signal?: AbortSignal,
): Promise<{ chunks: number; bytes: number }> {
  const total = { chunks: 0, bytes: 0 };
  for (let more = true; more; ) {
    const deleted = await access.change((tables) => discardSome(tables, id), signal);
    total.chunks += deleted.chunks;
    total.bytes += deleted.bytes;
    more = deleted.more;
  }
  return total;
}

/** Deletes from the end on, so that what is left is as long as its record says. */
async function discardSome(
  { uploads, chunks }: Tables,
  id: string,
): Promise<{ chunks: number; bytes: number; more: boolean }> {
  const record = await uploads.get(id);
  if (record === undefined) return { chunks: 0, bytes: 0, more: false };
  const count = chunkCount(record.size);
  const left = Math.max(0, count - DISCARD_CHUNKS);
  const keys = Array.from({ length: count - left }, (_, i) => chunkKey(id, left + i));
  await chunks.deleteMany(keys);
  const size = Math.min(record.size, left * CHUNK_BYTES);
  if (left === 0) await uploads.delete(id);
  else await uploads.set(id, { ...record, size, dead: true });
  return { chunks: keys.length, bytes: record.size - size, more: left > 0 };
}
