/**
 * Names and keys: what is accepted, and their order.
 *
 * A name or a key is a well-formed Unicode string, taken as it is: never trimmed, folded or normalised. All order in a
 * storage is the order of the strings' UTF-8 bytes, which is that of their code points. JavaScript compares UTF-16 units
 * instead, and puts U+10000 before U+E000; nothing here may sort or compare keys with `<`.
 */
import { quote, StorageLimitError } from "./errors.ts";

/** The longest container name, in bytes of UTF-8; the shortest has 1. */
export const MAX_NAME_BYTES = 512;
/** The longest key, in bytes of UTF-8; the empty key is a key. */
export const MAX_KEY_BYTES = 1024;

/** What is taken for a key: anything but a string is turned into one with `String()`. */
export type Key = string | number | bigint | boolean;

/** Returns the name if it is one; `TypeError` or `StorageLimitError` if not. */
export function toName(name: string): string {
  if (typeof name !== "string") {
    throw new TypeError(`a container's name must be a string, not ${describe(name)}`);
  }
  checkWellFormed(name, "a container's name");
  if (name === "" || isLonger(name, MAX_NAME_BYTES)) {
    throw new StorageLimitError(
      `a container's name must have 1 to ${MAX_NAME_BYTES} bytes of UTF-8; ${quote(name)} has ${Buffer.byteLength(name)}`,
    );
  }
  return name;
}

/** Returns the key as a string; `TypeError` or `StorageLimitError` if it cannot be one. */
export function toKey(key: Key): string {
  const text = toText(key, "a key");
  if (isLonger(text, MAX_KEY_BYTES)) {
    throw new StorageLimitError(
      `a key must have at most ${MAX_KEY_BYTES} bytes of UTF-8; ${quote(text)} has ${Buffer.byteLength(text)}`,
    );
  }
  return text;
}

/** Turns a scalar into a well-formed string, or throws a `TypeError` that says what it was given. */
export function toText(value: unknown, what: string): string {
  switch (typeof value) {
    case "string":
      checkWellFormed(value, what);
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      throw new TypeError(
        `${what} must be a string, a number, a bigint or a boolean, not ${describe(value)}`,
      );
  }
}

/** Negative, zero or positive, as `a` comes before `b`, is `b` or comes after it in UTF-8 order. Both are well-formed. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank above all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The least string that comes after `key`. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}

/** The least string that comes after every string with this prefix, or `undefined` where there is none. */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (point) => point.codePointAt(0) as number);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

/** What a wrong argument is, for a message: its kind, never its contents. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return name && name !== "Object" ? `an object (${name})` : "an object";
}

function checkWellFormed(text: string, what: string): void {
  if (!text.isWellFormed()) {
    throw new TypeError(
      `${what} must be well-formed Unicode; this string has a lone surrogate, which no UTF-8 can hold`,
    );
  }
}

/** Three bytes is the most that one UTF-16 unit can take, so short strings need no count. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}
