/** How much a file store holds. */
import type { FileAccess } from "./file-tables.ts";

/** Counted from the records, in bytes of content; what the engine needs for them is not in it. */
export interface FileUsage {
  /** Files. */
  readonly files: number;
  /** The sum of the sizes of all files. */
  readonly bytes: number;
  /** Different contents, those that no file has any more included. */
  readonly blobs: number;
  /** Bytes that are stored: each content once, and what puts that are not finished have written. */
  readonly storedBytes: number;
  /** Bytes of those that no file has: what `gc()` could delete at most. Storing each content once saves `bytes - (storedBytes - unusedBytes)`. */
  readonly unusedBytes: number;
}

export async function measure(access: FileAccess): Promise<FileUsage> {
  const nothing = { files: 0, bytes: 0, blobs: 0, storedBytes: 0, unusedBytes: 0 };
  return await access.look(nothing, async (tables) => {
    const usage = { ...nothing };
    for await (const { size, refs } of tables.blobs.values()) {
      usage.files += refs;
      usage.bytes += refs * size;
      usage.blobs++;
      usage.storedBytes += size;
      if (refs === 0) usage.unusedBytes += size;
    }
    for await (const { size } of tables.uploads.values()) {
      usage.storedBytes += size;
      usage.unusedBytes += size;
    }
    return usage;
  });
}
