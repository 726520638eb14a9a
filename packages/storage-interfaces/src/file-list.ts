/** What is told of a file, and lists of them. */
import { damaged } from "./file-chunks.ts";
import { checkOptions, type ListOptions, toFileName } from "./file-options.ts";
import type { FileFields, FileRecord } from "./file-records.ts";
import { type FileAccess, gather, type Tables } from "./file-tables.ts";

/** What is known of a file. A copy: to change it changes nothing. */
export interface FileInfo {
  /** A UUID of version 7, made when the file was put, and never used again. */
  readonly id: string;
  /** The SHA-256 of the content, as 64 small hexadecimal digits. */
  readonly digest: string;
  /** Bytes of content. */
  readonly size: number;
  readonly name: string;
  readonly type: string;
  /** When it was put, by the clock of who put it. */
  readonly created: Date;
  readonly fields: FileFields;
}

/** Files that are read on one snapshot. */
const PAGE = 128;

export function toInfo(id: string, record: FileRecord): FileInfo {
  const { digest, size, name, type, created, fields } = record;
  return { id, digest, size, name, type, created: new Date(created), fields };
}

export function listFiles(
  access: FileAccess,
  options: ListOptions,
): AsyncGenerator<FileInfo, undefined, undefined> {
  checkOptions(options, "list", ["prefix", "reverse", "limit"]);
  const { reverse = false, limit = Number.POSITIVE_INFINITY } = options;
  const prefix = toFileName(
    options.prefix === undefined ? "" : options.prefix,
    "the prefix of a list",
  );
  if (typeof reverse !== "boolean") throw new TypeError("reverse must be true or false");
  if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 0)) {
    throw new TypeError("limit must be a whole number, 0 or more");
  }
  return pages(access, { prefix, reverse, limit });
}

async function* pages(
  access: FileAccess,
  { prefix, reverse, limit }: { prefix: string; reverse: boolean; limit: number },
): AsyncGenerator<FileInfo, undefined, undefined> {
  let last: string | undefined;
  for (let left = limit; left > 0; ) {
    const range = {
      prefix,
      reverse,
      limit: Math.min(PAGE, left),
      ...(last === undefined ? {} : { [reverse ? "lt" : "gt"]: last }),
    };
    const page = await access.look<{ last: string | undefined; files: FileInfo[] }>(
      { last: undefined, files: [] },
      (tables) => readPage(tables, range),
    );
    yield* page.files;
    last = page.last;
    if (last === undefined) return;
    left -= page.files.length;
  }
}

async function readPage(
  { names, files }: Tables,
  range: Parameters<Tables["names"]["keys"]>[0],
): Promise<{ last: string | undefined; files: FileInfo[] }> {
  const keys = await gather(names.keys(range));
  const found = await files.getMany(keys.map((key) => key.slice(key.indexOf("\0") + 1)));
  return {
    last: keys.at(-1),
    files: found.map(([id, record]) => {
      if (record === undefined) throw damaged("the record of a file is missing");
      return toInfo(id, record);
    }),
  };
}
