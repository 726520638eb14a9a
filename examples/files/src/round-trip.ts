/** Puts every file of a folder into a storage, reads all of them back, and compares. */
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Storage } from "@caterpillar/storage-core";
import { FileStore } from "@caterpillar/storage-interfaces";

export interface RoundTrip {
  readonly files: number;
  readonly bytes: number;
  /** What was not stored as it was there already. */
  readonly savedBytes: number;
  readonly putMs: number;
  readonly readMs: number;
  /** Files that came back different, by name; none, if all is well. */
  readonly different: readonly string[];
}

/** What has been done, in bytes, of what there is to do. */
export type Progress = (doing: string, done: number, total: number) => void;

export interface Found {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** All files of a folder and those below it, in the order of their names. */
export function filesIn(root: string): Found[] {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  return names.flatMap((name) => {
    const path = join(root, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? [{ name, path, size: stats.size }] : [];
  });
}

export async function roundTrip(
  storage: Storage,
  found: readonly Found[],
  progress: Progress,
): Promise<RoundTrip> {
  const files = new FileStore(storage);
  const total = found.reduce((sum, { size }) => sum + size, 0);
  const began = performance.now();
  let done = 0;
  const ids = new Map<string, string>();
  for (const { name, path, size } of found) {
    const before = done;
    const onProgress = (bytes: number): void => progress("put", before + bytes, total);
    const { id } = await files.put({ path }, { name, onProgress });
    ids.set(name, id);
    done += size;
  }
  const put = performance.now();
  done = 0;
  const different: string[] = [];
  for (const { name, path, size } of found) {
    progress("read", done, total);
    const stored = await digestOf(files.read(ids.get(name) as string));
    if (stored !== (await digestOf(createReadStream(path)))) different.push(name);
    done += size;
  }
  const { bytes, storedBytes } = await files.usage();
  return {
    files: found.length,
    bytes,
    savedBytes: bytes - storedBytes,
    putMs: put - began,
    readMs: performance.now() - put,
    different,
  };
}

async function digestOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk);
  return hash.digest("hex");
}
