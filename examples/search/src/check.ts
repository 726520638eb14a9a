/**
 * Goes through a whole index and looks whether its parts agree: what a torn commit could not bring
 * about unseen.
 */
import type { Transaction } from "@caterpillar/storage-core";
import { blockOf, type Counts, containersOf, readSettings } from "./layout.ts";

export interface CheckedIndex extends Counts {
  /** Different words. */
  readonly terms: number;
  /** What is wrong, a sentence each; none if the index is whole. */
  readonly problems: readonly string[];
}

interface Seen {
  readonly path: string;
  /** What is left to find of its words and of its different words. */
  words: number;
  postings: number;
}

export async function checkIndex(tx: Transaction): Promise<CheckedIndex> {
  const { documents, paths, contents, terms } = containersOf(tx);
  const problems: string[] = [];
  const counts = { documents: 0, words: 0, postings: 0 };
  let words = 0;

  const seen = new Map<number, Seen>();
  for await (const [path, document] of documents.entries()) {
    if (seen.has(document.id)) problems.push(`${path} has the number of another document`);
    seen.set(document.id, { path, words: document.words, postings: 0 });
    counts.documents++;
    counts.words += document.words;
  }
  for await (const [id, path] of paths.entries()) {
    if (seen.get(Number(id))?.path !== path) problems.push(`number ${id} is not that of ${path}`);
  }
  for await (const [id, content] of contents.entries()) {
    const one = seen.get(Number(id));
    if (one === undefined)
      problems.push(`there are contents of number ${id}, which is no document`);
    else one.postings = Object.keys(content).length;
  }

  let last: string | undefined;
  for await (const [key, postings] of terms.entries()) {
    const [word = "", block] = key.split("\0");
    if (word !== last) words++;
    last = word;
    const entries = Object.entries(postings);
    if (entries.length === 0) problems.push(`"${word}" has a block without postings`);
    for (const [id, count] of entries) {
      const one = seen.get(Number(id));
      if (one === undefined) problems.push(`"${word}" is in number ${id}, which is no document`);
      else {
        one.words -= count;
        one.postings--;
      }
      if (blockOf(Number(id)) !== Number(block))
        problems.push(`"${word}" has ${id} in a wrong block`);
      counts.postings++;
    }
  }
  for (const { path, words, postings } of seen.values()) {
    if (words !== 0 || postings !== 0) problems.push(`${path} and its postings do not agree`);
  }

  const settings = await readSettings(tx);
  for (const name of ["documents", "words", "postings"] as const) {
    if (settings?.[name] !== counts[name]) {
      problems.push(`the settings say ${settings?.[name]} ${name}, there are ${counts[name]}`);
    }
  }
  for (const container of [paths, contents]) {
    const count = await container.count();
    if (count !== counts.documents) problems.push(`${container.id} has ${count} items`);
  }
  return { ...counts, terms: words, problems };
}
