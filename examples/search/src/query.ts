/** Queries: which documents have all the words, and which of them first. */
import type { Transaction } from "@caterpillar/storage-core";
import { containersOf, readSettings, wordPrefix } from "./layout.ts";
import { wordsOf } from "./words.ts";

/** A word to look for, or the beginning of some. */
export interface QueryWord {
  readonly text: string;
  readonly prefix: boolean;
}

interface Hit {
  readonly path: string;
  readonly title: string;
  readonly score: number;
}

export interface Answer {
  /** How many documents have all the words. */
  readonly found: number;
  /** The best of them, best first. */
  readonly hits: readonly Hit[];
}

/** How often the word is in each document that has it, by number. */
type Frequencies = Map<number, number>;

/** The words of a query. One with `*` behind it stands for all words that begin so. */
export function parseQuery(query: string): QueryWord[] {
  return query.split(/\s+/).flatMap((part) => {
    const words = wordsOf(part);
    return words.map((text, i) => ({
      text,
      prefix: part.endsWith("*") && i === words.length - 1,
    }));
  });
}

/**
 * Answers a query from the one state that the transaction sees. A query without a word finds
 * nothing.
 */
export async function search(tx: Transaction, query: string, limit: number): Promise<Answer> {
  const { documents, paths } = containersOf(tx);
  const all = (await readSettings(tx))?.documents ?? 0;
  const scores = rank(await Promise.all(parseQuery(query).map((word) => look(tx, word))), all);
  // Numbers settle ties, so that an answer does not change from run to run.
  const best = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, limit);
  const found = await paths.getMany(best.map(([id]) => id));
  const titles = await documents.getMany(found.map(([, path]) => path ?? ""));
  const hits = best.map(([, score], i): Hit => {
    const [path, document] = titles[i] ?? ["", undefined];
    return { path, title: document?.title ?? "", score };
  });
  return { found: scores.size, hits };
}

/**
 * The documents that have a word: one range of keys, be it of a word or of all with a beginning.
 */
async function look(tx: Transaction, { text, prefix }: QueryWord): Promise<Frequencies> {
  const found: Frequencies = new Map();
  const range = { prefix: prefix ? text : wordPrefix(text) };
  for await (const postings of containersOf(tx).terms.values(range)) {
    for (const [id, count] of Object.entries(postings)) {
      found.set(Number(id), (found.get(Number(id)) ?? 0) + count);
    }
  }
  return found;
}

/**
 * The documents that have all the words, each with its score: tf-idf, summed over the words.
 *
 * - tf, 1 + ln(how often the word is in the document): the tenth time says less than the second.
 * - idf, ln(1 + documents / documents with the word): a rare word says more than a common one.
 */
function rank(words: readonly Frequencies[], documents: number): Map<number, number> {
  const scores = new Map<number, number>();
  const [first, ...others] = words;
  for (const id of first?.keys() ?? []) {
    if (!others.every((word) => word.has(id))) continue;
    let score = 0;
    for (const word of words) {
      score += (1 + Math.log(word.get(id) ?? 1)) * Math.log(1 + documents / word.size);
    }
    scores.set(id, score);
  }
  return scores;
}
