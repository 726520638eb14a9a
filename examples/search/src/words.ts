/**
 * What a word is, in texts and in queries alike: a run of letters and digits of any script, with
 * their accents.
 */

/**
 * Longer runs are hashes and encoded data, not words. So a word is at most 192 bytes of UTF-8, and
 * fits a key with room to spare.
 */
const MAX_LENGTH = 64;

/** Marks are part of a word: "é" may be an "e" and an accent, and many scripts write vowels so. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/**
 * The words of a text, in order. Case does not count, nor do ligatures and widths (NFKC): "ﬁle" and
 * "FILE" are one word.
 */
export function wordsOf(text: string): string[] {
  const runs = text.normalize("NFKC").toLowerCase().match(WORD) ?? [];
  return runs.filter((run) => run.length <= MAX_LENGTH);
}

/** How often each word is in a text. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
