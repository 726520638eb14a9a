/**
 * How the index lies in a storage. Four containers, and a KVStore; check.ts checks that they agree:
 *
 * | container | key            | value                                                      |
 * |-----------|----------------|------------------------------------------------------------|
 * | documents | path           | {@link StoredDocument}, with the number that stands for it |
 * | paths     | number         | path                                                       |
 * | contents  | number         | {word: count}, by which old postings are found             |
 * | terms     | word NUL block | {number: count} of a block's documents that have the word  |
 * | KVStore   | "index"        | {@link Settings}, as JSON                                  |
 *
 * A word's postings lie in blocks of 256 numbers: so a transaction rewrites the newest block of a
 * common word, not the thousands of documents that have it. NUL is below all that can be in a word,
 * so the blocks of a word lie together, and a range that begins with "promis" goes through
 * "promise" and "promises" one after the other.
 */
import { type Container, json, type Transaction } from "@caterpillar/storage-core";
import { KVStore } from "@caterpillar/storage-interfaces";

export const CONTAINERS = ["contents", "documents", "paths", "terms"] as const;

/** Goes up with every change to this layout; an index of another version is made anew. */
export const SCHEMA = 1;

/** By this the index knows a storage as its own, and leaves those of others alone. */
export const PROGRAM = "@caterpillar/example-search";

export interface StoredDocument {
  /** Given once and never again, so that a late reader cannot take one document for another. */
  readonly id: number;
  readonly size: number;
  readonly mtime: number;
  readonly title: string;
  /** How many words it has, counting each as often as it is there. */
  readonly words: number;
}

/** How often a word is in each document of a block, by number. */
export type Postings = Record<string, number>;

export interface Counts {
  readonly documents: number;
  /** The words of all documents together. */
  readonly words: number;
  /** Pairs of a word and a document that has it. */
  readonly postings: number;
}

export interface Settings extends Counts {
  readonly program: typeof PROGRAM;
  readonly schema: number;
  /** The folder whose files are indexed. */
  readonly root: string;
  /** When something was last written, in ISO 8601. */
  readonly updated: string;
  /** The number of the next document. */
  readonly nextId: number;
}

const SETTINGS_KEY = "index";
const BLOCK = 256;

interface Containers {
  readonly documents: Container<StoredDocument>;
  readonly paths: Container<string>;
  readonly contents: Container<Record<string, number>>;
  readonly terms: Container<Postings>;
}

/** The containers, as a transaction sees them. */
export function containersOf(tx: Transaction): Containers {
  return {
    documents: tx.container("documents", { encoding: json<StoredDocument>() }),
    paths: tx.container("paths", { encoding: json<string>() }),
    contents: tx.container("contents", { encoding: json<Record<string, number>>() }),
    terms: tx.container("terms", { encoding: json<Postings>() }),
  };
}

/** `undefined` where there are none; a `SyntaxError` where they are somebody else's, and no JSON. */
export async function readSettings(tx: Transaction): Promise<Settings | undefined> {
  const text = await new KVStore(tx).get(SETTINGS_KEY);
  return text === undefined ? undefined : (JSON.parse(text) as Settings);
}

export async function writeSettings(tx: Transaction, settings: Settings): Promise<void> {
  await new KVStore(tx).set(SETTINGS_KEY, JSON.stringify(settings));
}

/** Where the postings of a word for a document are. */
export function termKey(word: string, id: number): string {
  return `${wordPrefix(word)}${blockOf(id)}`;
}

export function blockOf(id: number): number {
  return Math.floor(id / BLOCK);
}

/** What the keys of a word begin with, and no other word's. */
export function wordPrefix(word: string): string {
  return `${word}\0`;
}
