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

/** What is put into another order by who keeps keys as names of members of an object. */
const NUMERALS = ["9", "10", "1", "01", "-1", "1e3"];

/** What means something else in paths, queries and patterns. */
const MARKS = ["a+b", "a b", "a%20b", "a%2Bb", "a&b=c", "a?b#c", "../a", "a/b", "a\\b", "a*", "a_"];

/** The empty key, all keys of one and two of these characters, and keys that lose their meaning on the way to somewhere; not in order. */
export const hostileKeys: readonly string[] = [
  ...hostileCharacters.flatMap((first) =>
    [...hostileCharacters].reverse().map((second) => first + second),
  ),
  ...hostileCharacters,
  "",
  ...NUMERALS,
  ...MARKS,
];

/** By their UTF-8 bytes, as Node compares bytes: not with the code that is tested. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
