/** What callers may say of a file and of a call, and its checks. A wrong one is a `TypeError`, before anything is done. */
import { StorageAbortError, StorageLimitError } from "@caterpillar/storage-core";
import type { FileFields } from "./file-records.ts";

/** The longest name and type of a file, in bytes of UTF-8: the name is part of a key, as the id is. */
export const MAX_FILE_NAME_BYTES = 512;
/** The most that the fields of a file may take, in bytes of JSON: they are read with every list. */
export const MAX_FILE_FIELDS_BYTES: number = 64 * 1024;
/** A day: longer than a download or the pauses of an upload. */
export const DEFAULT_GRACE_MS: number = 24 * 60 * 60 * 1000;

/** Told how many bytes are done, and how many there will be; `undefined` where nobody knows. What it throws ends the call; nobody waits for a promise of its. */
export type Progress = (bytes: number, total: number | undefined) => void;

/** What every long call takes. */
export interface LongCallOptions {
  /** Ends the call: it rejects with `StorageAbortError`, and the signal's reason is its `cause`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: Progress | undefined;
}

/** What is kept beside the content. */
export interface PutOptions extends LongCallOptions {
  /** Need not be the only one of its name. 512 bytes of UTF-8 at most. Default: the last part of `path`, or `""`. */
  readonly name?: string | undefined;
  /** The media type; any text, 512 bytes of UTF-8 at most. Default: `"application/octet-stream"`. */
  readonly type?: string | undefined;
  /** Anything else: a plain object of strings, finite numbers, booleans and `null`, 64 KiB of JSON at most. Default: `{}`. */
  readonly fields?: FileFields | undefined;
}

/** Which bytes of a file: from `start` up to but without `end`. What lies behind its last byte is left out, without an error. */
export interface ByteRange {
  /** Default: 0. */
  readonly start?: number | undefined;
  /** Default: the file's size. */
  readonly end?: number | undefined;
}

/** Which files to list. */
export interface ListOptions {
  /** Only files whose names begin with this. Default: all. */
  readonly prefix?: string | undefined;
  /** From the last to the first. Default: `false`. */
  readonly reverse?: boolean | undefined;
  /** At most so many. Default: no limit. */
  readonly limit?: number | undefined;
}

/** How to collect. */
export interface GcOptions extends LongCallOptions {
  /** What was used within the last so many milliseconds stays. Default: a day. */
  readonly graceMs?: number | undefined;
}

export function checkOptions(options: unknown, call: string, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`the options of ${call}() are an object`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(
        `${call}() has no option ${JSON.stringify(name)}; it has ${known.join(", ")}`,
      );
    }
  }
  const { signal, onProgress } = options as LongCallOptions;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("signal must be an AbortSignal");
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TypeError("onProgress must be a function");
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StorageAbortError(signal.reason);
}

/** A name, or what one begins with. */
export function toFileName(name: string, what: string): string {
  if (typeof name !== "string" || !name.isWellFormed() || name.includes("\0")) {
    throw new TypeError(`${what} must be a well-formed string without NUL`);
  }
  if (Buffer.byteLength(name) > MAX_FILE_NAME_BYTES) {
    throw new StorageLimitError(`${what} must have at most ${MAX_FILE_NAME_BYTES} bytes of UTF-8`);
  }
  return name;
}

/** A copy, so that what the caller does with the object afterwards changes nothing. */
export function toFields(fields: FileFields): FileFields {
  const prototype = typeof fields === "object" && fields && Object.getPrototypeOf(fields);
  const plain = prototype === null || Object.getPrototypeOf(prototype ?? {}) === null;
  if (typeof fields !== "object" || fields === null || Array.isArray(fields) || !plain) {
    throw new TypeError("fields must be a plain object");
  }
  for (const [name, value] of Object.entries(fields)) {
    const holds =
      value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
    if (!holds) {
      throw new TypeError(
        `the field ${JSON.stringify(name)} must be a string, a finite number, a boolean or null`,
      );
    }
  }
  const text = JSON.stringify(fields);
  if (Buffer.byteLength(text) > MAX_FILE_FIELDS_BYTES) {
    throw new StorageLimitError(`fields must have at most ${MAX_FILE_FIELDS_BYTES} bytes of JSON`);
  }
  return JSON.parse(text) as FileFields;
}

export function toRange(range: ByteRange = {}): { readonly start: number; readonly end: number } {
  checkOptions(range, "a range", ["start", "end"]);
  const { start = 0, end = Number.POSITIVE_INFINITY } = range;
  const whole = (value: number): boolean => value === Infinity || Number.isSafeInteger(value);
  if (!Number.isSafeInteger(start) || !whole(end) || start < 0 || end < start) {
    throw new TypeError("a range has whole numbers, with 0 <= start <= end");
  }
  return { start, end };
}

export function toGrace(graceMs: number = DEFAULT_GRACE_MS): number {
  if (typeof graceMs !== "number" || !(graceMs >= 0)) {
    throw new TypeError("graceMs must be a number of milliseconds, 0 or more");
  }
  return graceMs;
}

export function toId(id: string): string {
  if (typeof id !== "string") throw new TypeError("the id of a file is a string");
  return id;
}
