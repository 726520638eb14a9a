/** Puts a content: looks whether it is there already, where that can be known beforehand, and else uploads it. */
import { createHash } from "node:crypto";
import { StorageAbortError } from "@caterpillar/storage-core";
import { crowded, nextTurn } from "@caterpillar/storage-core/driver";
import { BATCH_CHUNKS, CHUNK_BYTES } from "./file-chunks.ts";
import type { Progress } from "./file-options.ts";
import type { FileRecord } from "./file-records.ts";
import type { Content, Pieces } from "./file-source.ts";
import type { FileAccess } from "./file-tables.ts";
import { addFile, type FileHead, Upload, useBlob } from "./file-upload.ts";

/** What is no larger is written in one transaction, which looks for the content itself. */
const WORTH_LOOKING = BATCH_CHUNKS * CHUNK_BYTES;

interface PutSettings {
  readonly access: FileAccess;
  readonly head: FileHead;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: Progress | undefined;
}

export async function putContent(content: Content, settings: PutSettings): Promise<FileRecord> {
  const pieces = await content.open();
  if (!content.again || pieces.total === undefined || pieces.total <= WORTH_LOOKING) {
    return await upload(pieces, settings);
  }
  const known = await hash(pieces, settings.signal);
  const record = await reuse(known, settings);
  // A file may change meanwhile, and the content may go; so what is uploaded is hashed again.
  if (record === undefined) return await upload(await content.open(), settings);
  return record;
}

async function upload(pieces: Pieces, settings: PutSettings): Promise<FileRecord> {
  const { access, head, signal, onProgress } = settings;
  const upload = new Upload(access, signal);
  let told = 0;
  try {
    await readAll(pieces, signal, async (piece) => {
      for (let from = 0; from < piece.length; from += CHUNK_BYTES) {
        await upload.add(piece.subarray(from, from + CHUNK_BYTES));
        if (upload.size - told < CHUNK_BYTES) continue;
        told = upload.size;
        onProgress?.(told, pieces.total);
      }
    });
    // Before the end: what it throws must not come from a put that is done.
    onProgress?.(upload.size, upload.size);
    return await upload.finish(head);
  } catch (error) {
    await upload.undo();
    throw error;
  }
}

async function hash(
  pieces: Pieces,
  signal: AbortSignal | undefined,
): Promise<{ digest: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  await readAll(pieces, signal, async (piece) => {
    hash.update(piece);
    size += piece.length;
  });
  return { digest: hash.digest("hex"), size };
}

/** Makes the file of a content that is there, or answers `undefined`: both in the transaction that looked for it. */
async function reuse(
  known: { readonly digest: string; readonly size: number },
  { access, head: { id, ...head }, signal, onProgress }: PutSettings,
): Promise<FileRecord | undefined> {
  const record: FileRecord = { ...head, ...known };
  // Most new content is new: that is found out without a turn in the queue.
  if (!(await access.look(false, ({ blobs }) => blobs.has(known.digest)))) return undefined;
  onProgress?.(known.size, known.size);
  return await access.change(async (tables) => {
    if (!(await useBlob(tables, record, Date.now()))) return undefined;
    await addFile(tables, id, record);
    return record;
  }, signal);
}

async function readAll(
  pieces: Pieces,
  signal: AbortSignal | undefined,
  each: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  try {
    for (;;) {
      const piece = await unlessAborted(() => pieces.next(), signal);
      if (piece === undefined) return;
      await each(piece);
      if (crowded()) await nextTurn();
    }
  } finally {
    await pieces.close();
  }
}

/** A source that gives nothing must not keep a put that was aborted. */
async function unlessAborted<T>(
  action: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await action();
  if (signal.aborted) throw new StorageAbortError(signal.reason);
  let abort = (): void => {};
  try {
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(new StorageAbortError(signal.reason));
      signal.addEventListener("abort", abort, { once: true });
    });
    return await Promise.race([action(), aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
