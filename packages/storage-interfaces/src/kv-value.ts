/** What a KVStore takes for keys and values. All of it is checked at the call, before anything is read or written. */
import { types } from "node:util";

/** What is taken for text: numbers, bigints and booleans are turned into it with `String()`. */
export type KVInput = string | number | bigint | boolean;

/** From so many bytes on, a value is stored, but warned about. */
const LARGE_VALUE_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

/** The key as text; `TypeError` where it is none. How long it may be is the core's to say. */
export function toKVKey(key: unknown): string {
  return toText(key, "a key");
}

/** The text of a value; `TypeError` where it has none. */
export function toKVText(value: unknown): string {
  return toText(value, "a value");
}

/** The UTF-8 of a value; `TypeError` where it has none. */
export function toKVBytes(value: unknown): Uint8Array {
  return ofAnySize(encoder.encode(toKVText(value)));
}

/** A copy, so that what happens to the caller's buffer after the call changes nothing; `TypeError` where these are no bytes. */
export function copyOfBytes(value: unknown): Uint8Array {
  // Of any realm: the global constructors of a test runner's sandbox are others.
  if (!types.isUint8Array(value)) {
    throw new TypeError(
      `setBytes() takes bytes (Uint8Array), not ${kindOf(value)}; set() takes text`,
    );
  }
  return ofAnySize(new Uint8Array(value));
}

/** What a wrong argument is, for a message: its kind, never its contents. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value;
}

function toText(value: unknown, what: string): string {
  switch (typeof value) {
    case "string":
      if (value.isWellFormed()) return value;
      throw new TypeError(
        `${what} must be well-formed Unicode; this string has a lone surrogate, which no UTF-8 can hold`,
      );
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default: {
      const hint =
        types.isUint8Array(value) && what === "a value" ? "; setBytes() takes bytes" : "";
      throw new TypeError(
        `${what} must be a string, a number, a bigint or a boolean, not ${kindOf(value)}${hint}`,
      );
    }
  }
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
