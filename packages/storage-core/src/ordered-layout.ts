/**
 * What is in the flat map of an ordered engine, by key:
 *
 *     f                       the format: a mark
 *     v                       the stamp of the newest commit: a mark, another for each commit
 *     c<name>                 the generation of the container that has this name: a mark
 *     d<generation><key>      an item
 *     g<generation>           a generation that no container has any more, whose items are still to be collected
 *
 * Stamps and generations are random marks: those who commit at the same time do not know each other, and a log whose end was lost must
 * not make a generation begin twice. Two of 94⁸ are the same once in 6·10¹⁵.
 */
import { randomBytes } from "node:crypto";
import type { PageRange } from "./driver.ts";
import { prefixEnd } from "./keys.ts";
import { markOf, type OrderedSnapshot } from "./ordered-store.ts";

export const FORMAT = "f";
export const STAMP = "v";
export const CONTAINER = "c";
export const ITEM = "d";
export const GARBAGE = "g";

/** All marks have this length; see `Expectation`. */
const MARK_LENGTH = 8;
const FORMAT_NAME = "catp-";

/** The version that is written, and the newest that is read. */
export const FORMAT_VERSION = 1;

/** What `f` holds: the name of the layout, and the version of its contents. */
export function formatMark(version: number): string {
  return FORMAT_NAME + String(version).padStart(MARK_LENGTH - FORMAT_NAME.length, "0");
}

/** The version in a format's mark; `undefined` where it is none of ours. */
export function versionOf(mark: string | undefined): number | undefined {
  if (mark?.length !== MARK_LENGTH || !mark.startsWith(FORMAT_NAME)) return undefined;
  const version = Number(mark.slice(FORMAT_NAME.length));
  return Number.isInteger(version) ? version : undefined;
}

const FIRST_PRINTABLE = 0x21;
const PRINTABLE = 94;

/** Random bytes for so many marks are asked for at once: to ask takes longer than all else that a commit does before it is written. */
const MARKS_AT_ONCE = 512;
let random = Buffer.alloc(0);
let used = 0;

/** A mark that nobody else makes. */
export function newMark(): string {
  if (used === random.length) {
    random = randomBytes(MARK_LENGTH * MARKS_AT_ONCE);
    used = 0;
  }
  const codes: number[] = [];
  for (const end = used + MARK_LENGTH; used < end; used++) {
    codes.push(FIRST_PRINTABLE + ((random[used] as number) % PRINTABLE));
  }
  return String.fromCharCode(...codes);
}

/** All keys with the prefix, which ends with an ASCII character; as many as the limit at once. They are small, so bytes do not matter. */
export function keysWith(prefix: string, limit: number): PageRange {
  const end = prefixEnd(prefix);
  return { start: prefix, end, reverse: false, limit, bytes: Number.POSITIVE_INFINITY };
}

/** What the key holds, to be compared with a mark. */
export async function markAt(
  snapshot: Pick<OrderedSnapshot, "get">,
  key: string,
): Promise<string | undefined> {
  return markOf(await snapshot.get(key, "bytes"));
}
