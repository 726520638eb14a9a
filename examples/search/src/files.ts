/** Finds Markdown files, and reads them. */
import { type Dirent, promises as fs } from "node:fs";
import { basename, join } from "node:path";
import { MAX_KEY_BYTES } from "@caterpillar/storage-core";
import type { IndexedText } from "./batch.ts";
import { printable, titleOf } from "./title.ts";
import { countWords } from "./words.ts";

/** A file as it was when it was looked at. */
export interface FoundFile {
  /** From the root on, with "/" between the parts. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** In milliseconds since 1970. */
  readonly mtime: number;
}

export interface FoundFiles {
  readonly root: string;
  /** In an order that is the same in every run. */
  readonly files: readonly FoundFile[];
  /** Files and folders that cannot be read, and paths that are too long to be keys. */
  readonly skipped: number;
}

const MARKDOWN = /\.md$/i;

/**
 * All Markdown files under a folder. Symbolic links are not followed: with pnpm they lead to what
 * is found elsewhere under node_modules, or in circles. Rejects where the folder itself cannot be
 * read.
 */
export async function findFiles(root: string, signal?: AbortSignal): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  let skipped = 0;

  const walk = async (folder: string, entries: readonly Dirent[]): Promise<void> => {
    signal?.throwIfAborted();
    for (const entry of entries) {
      const path = folder + entry.name;
      if (entry.isDirectory()) {
        const inside = await fs.readdir(join(root, path), { withFileTypes: true }).catch(ignore);
        if (inside === undefined) skipped++;
        else await walk(`${path}/`, inside);
      } else if (entry.isFile() && MARKDOWN.test(entry.name)) {
        const stats = await fs.stat(join(root, path)).catch(ignore);
        if (stats === undefined || Buffer.byteLength(path) > MAX_KEY_BYTES) skipped++;
        else files.push({ path, size: stats.size, mtime: stats.mtimeMs });
      }
    }
  };

  await walk("", await fs.readdir(root, { withFileTypes: true }));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { root, files, skipped };
}

/** What the index keeps of a file; `undefined` where it is gone, or cannot be read. */
export async function readText(root: string, file: FoundFile): Promise<IndexedText | undefined> {
  const content = await fs.readFile(join(root, file.path)).catch(ignore);
  if (content === undefined) return undefined;
  const text = new TextDecoder().decode(content);
  return {
    ...file,
    title: titleOf(text) ?? printable(basename(file.path)),
    counts: countWords(text),
  };
}

function ignore(): undefined {}
