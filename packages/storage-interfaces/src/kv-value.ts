/** What a KVStore takes for values. All of it is checked at the call, before anything is read or written. */
import { types } from "node:util";
import type { Encoding } from "@caterpillar/storage-core";
import { describe, toText } from "@caterpillar/storage-core/interface";

/** What is taken for text: numbers, bigints and booleans are turned into it with `String()`. */
export type KVInput = string | number | bigint | boolean;

/** From so many bytes on, a value is stored, but warned about. */
const LARGE_VALUE_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

/** The text of a value; `TypeError` where it has none. */
export function toKVText(value: unknown): string {
  if (types.isUint8Array(value)) {
    throw new TypeError("a value must be text here, not bytes; setBytes() takes bytes");
  }
  return toText(value, "a value");
}

/** The UTF-8 of a value; `TypeError` where it has none. */
export function toKVBytes(value: unknown): Uint8Array {
  return ofAnySize(encoder.encode(toKVText(value)));
}

/** What `setMany()` takes for values, while they are collected. */
export const kvText: Encoding<KVInput, string> = {
  name: "kv-text",
  form: "text",
  encode: toKVText,
  decode: (text) => text,
};

/** A copy, so that what happens to the caller's buffer after the call changes nothing; `TypeError` where these are no bytes. */
export function copyOfBytes(value: unknown): Uint8Array {
  // Of any realm: the global constructors of a test runner's sandbox are others.
  if (!types.isUint8Array(value)) {
    throw new TypeError(
      `setBytes() takes bytes (Uint8Array), not ${describe(value)}; set() takes text`,
    );
  }
  return ofAnySize(new Uint8Array(value));
}

let warned = false;

/** Lets large values pass; the first one of the process is warned about. */
function ofAnySize(value: Uint8Array): Uint8Array {
  if (value.length > LARGE_VALUE_BYTES && !warned) {
    warned = true;
    process.emitWarning(
      "a value of more than 1 MiB was given to a KVStore, which reads and writes each value as a whole; FileStore is the place for large ones",
      { type: "CaterpillarWarning", code: "CATERPILLAR_KV_LARGE_VALUE" },
    );
  }
  return value;
}
