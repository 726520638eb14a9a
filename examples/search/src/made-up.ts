/**
 * Documents that are not files, for the steps that show something. Where one is left behind, the
 * next update takes it out.
 */
import type { IndexedText } from "./batch.ts";

/** The paths of all of them begin so. */
export const MADE_UP = "(made up)/";

export function madeUp(name: string, words: readonly string[]): IndexedText {
  const counts = new Map(words.map((word) => [word, 1]));
  return { path: MADE_UP + name, size: 0, mtime: 0, title: name, counts };
}
