/** Keys on which orders and encodings differ: the edges of UTF-8's lengths, of the surrogates, of Unicode. */

/** Single characters, in ascending order of their UTF-8 bytes. */
export const hostileCharacters: readonly string[] = [
  "\0",
  "a",
  "\x7f",
  "\x80",
  "\u07ff",
  "\u0800",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "\u{10000}",
  "\u{10ffff}",
];

/** The empty key, and all keys of one and two of these characters; not in order. */
export const hostileKeys: readonly string[] = [
  ...hostileCharacters.flatMap((first) =>
    [...hostileCharacters].reverse().map((second) => first + second),
  ),
  ...hostileCharacters,
  "",
];

/** By their UTF-8 bytes, as Node compares bytes: not with the code that is tested. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
