/** Values: what is accepted, and the two forms in which a stored one is read. */
import { types } from "node:util";
import { StorageEncodingError } from "./errors.ts";
import { describe, toText } from "./keys.ts";

/** What is stored: text, or bytes. Text is stored as its UTF-8 bytes, so each can be read as the other. */
export type Value = string | Uint8Array;

/** What is taken for a value: numbers, bigints and booleans are turned into text with `String()`. */
export type ValueInput = Value | number | bigint | boolean;

/** The forms in which a value can be asked for. */
export type Form = "text" | "bytes";

/** Returns the value as it is stored, never sharing memory with the caller's; `TypeError` if it cannot be stored. */
export function toValue(value: ValueInput): Value {
  if (typeof value === "string") return toText(value, "a value");
  // Of any realm: the global constructors of a test runner's sandbox are others.
  if (types.isUint8Array(value)) return new Uint8Array(value);
  if (typeof value === "object") {
    throw new TypeError(
      `a value must be a string, bytes (Uint8Array), a number, a bigint or a boolean, not ${describe(value)}`,
    );
  }
  return toText(value, "a value");
}

/** Brings what an engine answered into the form asked for. */
export function inForm(value: Value, form: Form): Value {
  return form === "text" ? asText(value) : asBytes(value);
}

// A byte order mark is part of the text: taking it away would change what was stored.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function asText(value: Value): string {
  if (typeof value === "string") return value;
  try {
    return decoder.decode(value);
  } catch (cause) {
    throw new StorageEncodingError(
      "the stored value is bytes that are not UTF-8 text; read it as bytes: container(id, { encoding: bytes }).get(key), or getContainerItem(id, key, bytes)",
      { cause },
    );
  }
}

const encoder = new TextEncoder();

/** Always a plain `Uint8Array`, whatever subclass the engine made. */
function asBytes(value: Value): Uint8Array {
  if (typeof value === "string") return encoder.encode(value);
  if (value.constructor === Uint8Array) return value;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** A value of one's own writes, as it is handed out: bytes are copied, so that the caller cannot change what will be stored. */
export function copyInForm(value: Value, form: Form): Value {
  if (form === "bytes" && typeof value !== "string") return new Uint8Array(value);
  return inForm(value, form);
}
