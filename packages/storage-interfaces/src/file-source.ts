/** Where the content of a file comes from: what callers give, as one thing to read from. */
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { CHUNK_BYTES } from "./file-chunks.ts";

/**
 * What can be put: bytes, a file on the disk, a stream of the web or of Node, or pieces of bytes one after another.
 * Text is not, as it might be meant for a path: `new TextEncoder().encode(text)` makes bytes of it.
 */
export type FileSource =
  | Uint8Array
  | { readonly path: string | URL }
  | ReadableStream<Uint8Array>
  | Readable
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** A source that was looked at, and not yet read. */
export interface Content {
  /** What the file is called where the caller does not say. */
  readonly name: string;
  /** Whether it can be opened more than once. */
  readonly again: boolean;
  open(): Promise<Pieces>;
}

/** A content that is being read. */
export interface Pieces {
  /** How many bytes there will be; `undefined` where nobody knows. */
  readonly total: number | undefined;
  /** The next piece, which may be used again when the one after it is asked for; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of the source, wherever it is. Waits for nothing that may never come. */
  close(): Promise<void>;
}

/** `TypeError` where it is no source. */
export function toContent(source: FileSource): Content {
  if (types.isUint8Array(source))
    return { name: "", again: true, open: async () => slices(source) };
  if (typeof source === "string") {
    throw new TypeError(
      "text is no content: give { path } for a file on the disk, or the text's bytes",
    );
  }
  if (typeof source !== "object" || source === null || ArrayBuffer.isView(source)) {
    throw new TypeError(
      "a source is a Uint8Array, { path }, a stream or an iterable of Uint8Array",
    );
  }
  if (isWebStream(source)) {
    if (source.locked) throw new TypeError("the stream is locked: somebody else reads it");
    return { name: "", again: false, open: async () => streamed(source) };
  }
  if (Symbol.asyncIterator in source || Symbol.iterator in source) {
    if (source instanceof Readable && source.destroyed) {
      throw new TypeError("the stream was destroyed: there is nothing to read");
    }
    return { name: "", again: false, open: async () => iterated(source) };
  }
  const { path } = source;
  if ((typeof path !== "string" || path === "") && !(path instanceof URL)) {
    throw new TypeError(
      "a source is a Uint8Array, { path }, a stream or an iterable of Uint8Array",
    );
  }
  const file = path instanceof URL ? fileURLToPath(path) : path;
  return { name: basename(file), again: true, open: () => fromDisk(file) };
}

/** A piece that a caller's source gave. */
function toPiece(piece: unknown): Uint8Array {
  if (types.isUint8Array(piece)) return piece;
  throw new TypeError(
    `a source of a file gives Uint8Arrays, not ${piece === null ? "null" : typeof piece}; nothing was stored`,
  );
}

function slices(source: Uint8Array): Pieces {
  let at = 0;
  return {
    total: source.length,
    async next() {
      if (at >= source.length) return undefined;
      const piece = source.subarray(at, at + CHUNK_BYTES);
      at += piece.length;
      return piece;
    },
    async close() {},
  };
}

async function fromDisk(path: string): Promise<Pieces> {
  // A pipe gives nothing for as long as nobody writes: a stream can be let go of, a handle only when its read has ended.
  if (!(await stat(path)).isFile()) return iterated(createReadStream(path));
  const handle: FileHandle = await open(path);
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    return {
      // Those of /proc have no size, and content.
      total: size === 0 ? undefined : size,
      async next() {
        const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
        return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function streamed(source: ReadableStream<Uint8Array>): Pieces {
  const reader = source.getReader();
  let over = false;
  return {
    total: undefined,
    async next() {
      const { done, value } = await reader.read();
      over = done;
      return done ? undefined : toPiece(value);
    },
    async close() {
      if (!over) reader.cancel().catch(ignore);
      reader.releaseLock();
    },
  };
}

function iterated(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Pieces {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let over = false;
  return {
    total: undefined,
    async next() {
      const { done, value } = await iterator.next();
      over = done === true;
      return over ? undefined : toPiece(value);
    },
    async close() {
      if (over) return;
      // A stream that waits for data would end its iterator only when they come.
      if (source instanceof Readable) source.once("error", ignore).destroy();
      // What the source does at its end is its own affair, and it may throw.
      (async () => iterator.return?.())().catch(ignore);
    },
  };
}

function isWebStream(source: object): source is ReadableStream<Uint8Array> {
  return "getReader" in source && typeof source.getReader === "function" && "locked" in source;
}

function ignore(): void {}
