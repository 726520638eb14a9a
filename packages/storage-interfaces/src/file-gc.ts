/**
 * Collects what no file uses. Each decision is made in the transaction that acts on it: where somebody puts the same content at
 * that time, one of the two comes first, and the other sees it.
 */
import { chunkCount, chunkKey } from "./file-chunks.ts";
import { throwIfAborted } from "./file-options.ts";
import type { BlobRecord, UploadRecord } from "./file-records.ts";
import { type FileAccess, gather, type Tables } from "./file-tables.ts";
import { discard, underWay } from "./file-upload.ts";

/** What `gc()` has deleted. */
export interface Collected {
  /** Contents that no file used. */
  blobs: number;
  /** Chunks, of contents and of uploads. */
  chunks: number;
  /** Bytes of content in those chunks. How many the storage gives back to the disk, and when, is up to its engine. */
  bytes: number;
  /** Puts that were never finished. */
  uploads: number;
}

export interface GcSettings {
  readonly access: FileAccess;
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
}

/** Records that are looked at in one snapshot. */
const PAGE = 256;
/** Chunks that are deleted together with the decision: others wait that long for their turn. */
const AT_ONCE = 64;

export async function collect(settings: GcSettings): Promise<Collected> {
  const { access, signal, onBytes } = settings;
  const total: Collected = { blobs: 0, chunks: 0, bytes: 0, uploads: 0 };
  const add = (deleted: Partial<Collected>): void => {
    total.blobs += deleted.blobs ?? 0;
    total.chunks += deleted.chunks ?? 0;
    total.uploads += deleted.uploads ?? 0;
    total.bytes += deleted.bytes ?? 0;
    onBytes(total.bytes);
  };
  for await (const page of pages(settings, ({ uploads }) => uploads)) {
    for (const [id, record] of page) {
      if (!isLeft(settings, id, record)) continue;
      const uploads = await condemn(settings, id);
      if (uploads === undefined) continue;
      const deleted = await discard(access, id, signal);
      add({ ...deleted, uploads });
    }
  }
  for await (const page of pages(settings, ({ blobs }) => blobs)) {
    for (const batch of batches(page.filter(([, blob]) => isUnused(settings, blob)))) {
      const { large, ...deleted } = await access.change(
        (tables) => deleteBlobs(settings, tables, batch),
        signal,
      );
      add(deleted);
      for (const id of large) add(await discard(access, id, signal));
    }
  }
  return total;
}

/**
 * Marks an upload that was left behind, so that whoever may still write to it stops. Answers how many were: what was dead before is what is left of
 * a blob that was counted, of a put that was undone, or another gc's. `undefined` where there is nothing to delete.
 */
async function condemn(settings: GcSettings, id: string): Promise<number | undefined> {
  return await settings.access.change(async ({ uploads }) => {
    const record = await uploads.get(id);
    if (record === undefined || !isLeft(settings, id, record)) return undefined;
    if (!record.dead) await uploads.set(id, { ...record, dead: true });
    return record.dead ? 0 : 1;
  }, settings.signal);
}

/** Deletes those that are still unused: with their chunks, or where these are many, by handing them over to be discarded. */
async function deleteBlobs(
  settings: GcSettings,
  tables: Tables,
  digests: readonly string[],
): Promise<{ blobs: number; chunks: number; bytes: number; large: string[] }> {
  const deleted = { blobs: 0, chunks: 0, bytes: 0, large: [] as string[] };
  for (const digest of digests) {
    const blob = await tables.blobs.get(digest);
    if (blob === undefined || !isUnused(settings, blob)) continue;
    await tables.blobs.delete(digest);
    deleted.blobs++;
    const count = chunkCount(blob.size);
    if (count > AT_ONCE) {
      await tables.uploads.set(blob.at, { size: blob.size, used: blob.used, dead: true });
      deleted.large.push(blob.at);
      continue;
    }
    await tables.chunks.deleteMany(Array.from({ length: count }, (_, i) => chunkKey(blob.at, i)));
    deleted.chunks += count;
    deleted.bytes += blob.size;
  }
  return deleted;
}

function isLeft({ graceMs }: GcSettings, id: string, { dead, used }: UploadRecord): boolean {
  return dead || (!underWay.has(id) && isOld(used, graceMs));
}

function isUnused({ graceMs }: GcSettings, { refs, used }: BlobRecord): boolean {
  return refs === 0 && isOld(used, graceMs);
}

/** Also where the clock was set back. */
function isOld(used: number, graceMs: number): boolean {
  return Math.max(0, Date.now() - used) >= graceMs;
}

/** All records of a container, some at a time. Those that come or go meanwhile may be missed. */
async function* pages<T>(
  { access, signal }: GcSettings,
  of: (tables: Tables) => {
    entries(range: { gt?: string; limit: number }): AsyncIterable<[string, T]>;
  },
): AsyncGenerator<[string, T][], undefined, undefined> {
  let last: string | undefined;
  do {
    throwIfAborted(signal);
    const range = last === undefined ? { limit: PAGE } : { gt: last, limit: PAGE };
    const page = await access.look<[string, T][]>([], (tables) =>
      gather(of(tables).entries(range)),
    );
    yield page;
    last = page.at(-1)?.[0];
  } while (last !== undefined);
}

/** Digests, so many that their chunks are about `AT_ONCE`. */
function* batches(blobs: readonly [string, BlobRecord][]): Generator<string[], undefined> {
  let batch: string[] = [];
  let chunks = 0;
  for (const [digest, { size }] of blobs) {
    batch.push(digest);
    chunks += Math.max(1, chunkCount(size));
    if (chunks < AT_ONCE) continue;
    yield batch;
    batch = [];
    chunks = 0;
  }
  if (batch.length > 0) yield batch;
}
