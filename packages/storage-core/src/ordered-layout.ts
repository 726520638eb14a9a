/**
 * What is in the flat map of an ordered engine, by key:
 *
 *     f                       the format: a mark
 *     v                       the stamp of the newest commit: a mark, another for each commit
 *     n                       the generation that was begun last: a mark
 *     c<name>                 the generation of the container that has this name: a mark
 *     d<generation><key>      an item
 *     g<generation>           a generation that no container has any more, whose items are still to be collected
 *
 * A generation is a number, written as a mark, so all are of one length, and none is the beginning of another.
 */
import { randomBytes } from "node:crypto";
import type { PageRange } from "./driver.ts";
import { prefixEnd } from "./keys.ts";
import type { OrderedSnapshot } from "./ordered-store.ts";
import { inForm } from "./values.ts";

export const FORMAT = "f";
export const STAMP = "v";
export const LAST_GENERATION = "n";
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

/** 36⁸ generations: a thousand a second for ninety years. */
export function generationMark(number: number): string {
  return number.toString(36).padStart(MARK_LENGTH, "0");
}

export function generationNumber(mark: string): number {
  return Number.parseInt(mark, 36);
}

const FIRST_PRINTABLE = 0x21;
const PRINTABLE = 94;

/**
 * A stamp that nobody else makes. It is random, as those who commit do not know each other; two of 94⁸ are the same once in 6·10¹⁵, and
 * only then a conflict between the two would go unseen.
 */
export function newStamp(): string {
  const codes = randomBytes(MARK_LENGTH).map((byte) => FIRST_PRINTABLE + (byte % PRINTABLE));
  return String.fromCharCode(...codes);
}

/** All keys with the prefix, which ends with an ASCII character; as many as the limit at once. They are small, so bytes do not matter. */
export function keysWith(prefix: string, limit: number): PageRange {
  const end = prefixEnd(prefix);
  return { start: prefix, end, reverse: false, limit, bytes: Number.POSITIVE_INFINITY };
}

export async function markAt(snapshot: OrderedSnapshot, key: string): Promise<string | undefined> {
  const value = await snapshot.get(key, "text");
  return value === undefined ? undefined : (inForm(value, "text") as string);
}
