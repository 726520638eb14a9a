/** Reads content, a chunk at a time, each on a snapshot of its own: a long download keeps no old state of the storage alive. */
import { createHash, randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crowded, nextTurn } from "@caterpillar/storage-core/driver";
import { CHUNK_BYTES, chunkKey, chunkLength, damaged, unseal } from "./file-chunks.ts";
import { FileNotFoundError } from "./file-errors.ts";
import type { BlobRecord, FileRecord } from "./file-records.ts";
import type { FileAccess, Tables } from "./file-tables.ts";

/** A file, and where its content was when it was looked for. */
export interface Found {
  readonly id: string;
  readonly record: FileRecord;
  readonly at: string;
}

/** `FileNotFoundError` where there is none. */
export async function find(access: FileAccess, id: string): Promise<Found> {
  const found = await access.look(undefined, async (tables) => {
    const record = await tables.files.get(id);
    return record && { id, record, at: (await contentOf(tables, record)).at };
  });
  if (found === undefined) throw new FileNotFoundError(id, "there is no file of this id");
  return found;
}

/**
 * The bytes of a range, in pieces. Each was compared with its digest, and where the range is the whole content, that with the content's digest
 * before the last piece is given.
 */
export async function* readPieces(
  access: FileAccess,
  found: Found,
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined, undefined> {
  const { size, digest } = found.record;
  const end = Math.min(range.end, size);
  const whole = range.start === 0 && end === size ? createHash("sha256") : undefined;
  let { at } = found;
  for (let position = range.start; position < end; ) {
    const index = Math.floor(position / CHUNK_BYTES);
    const chunk = await readChunk(access, { ...found, at }, index);
    at = chunk.at;
    const first = index * CHUNK_BYTES;
    const content = unseal(chunkKey(at, index), chunk.stored, chunkLength(size, index));
    whole?.update(content);
    const next = Math.min(first + content.length, end);
    if (next === size) checkWhole(whole?.digest("hex"), digest);
    yield content.subarray(position - first, next - first) as Uint8Array<ArrayBuffer>;
    position = next;
    if (crowded()) await nextTurn();
  }
  if (size === 0) checkWhole(whole?.digest("hex"), digest);
}

/** Writes beside the path first, so that nobody sees a part of it there, and renames when all is on the disk. */
export async function savePieces(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  onPiece: (bytes: number) => void,
): Promise<void> {
  // Not the name with something added: that may be as long as the file system takes already.
  const part = join(dirname(path), `${randomUUID()}.part`);
  const handle = await open(part, "wx");
  try {
    try {
      let bytes = 0;
      for await (const piece of pieces) {
        await handle.writeFile(piece);
        bytes += piece.length;
        onPiece(bytes);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** A chunk, from where the content is now: it may have been collected, and put again, since it was found. */
async function readChunk(
  access: FileAccess,
  { id, record, at }: Found,
  index: number,
): Promise<{ stored: Uint8Array | undefined; at: string }> {
  const gone = (): Error =>
    new FileNotFoundError(id, "the file was deleted, and its content collected, while it was read");
  const chunk = await access.look(undefined, async (tables) => {
    const stored = await tables.chunks.get(chunkKey(at, index));
    if (stored !== undefined) return { stored, at };
    const there = await tables.files.has(id);
    const blob = await tables.blobs.get(record.digest);
    if (blob === undefined) {
      if (there) throw damaged("its record is missing");
      throw gone();
    }
    return { stored: await tables.chunks.get(chunkKey(blob.at, index)), at: blob.at };
  });
  if (chunk === undefined) throw gone();
  return chunk;
}

async function contentOf({ blobs }: Tables, { digest, size }: FileRecord): Promise<BlobRecord> {
  const blob = await blobs.get(digest);
  if (blob === undefined) throw damaged("its record is missing");
  if (blob.size !== size) throw damaged("its record has another size");
  return blob;
}

function checkWhole(found: string | undefined, digest: string): void {
  if (found !== undefined && found !== digest) throw damaged("it has another digest");
}
