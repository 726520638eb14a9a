/** One step of indexing: some documents come, change or go, in one transaction. */
import type { Transaction } from "@caterpillar/storage-core";
import {
  containersOf,
  type Postings,
  readSettings,
  type StoredDocument,
  termKey,
  writeSettings,
} from "./layout.ts";

/** A document as it should be in the index. */
export interface IndexedText {
  readonly path: string;
  readonly size: number;
  readonly mtime: number;
  readonly title: string;
  readonly counts: ReadonlyMap<string, number>;
}

export interface Batch {
  /** New and changed documents. */
  readonly put?: readonly IndexedText[];
  /** Paths of documents to take out. Those that are not there are no error. */
  readonly remove?: readonly string[];
}

/** For each key of `terms`, the documents whose count changes; 0 where the word is gone. */
type Edits = Map<string, Map<number, number>>;

/**
 * Brings the index up to date with a batch; answers how many items it has set or deleted.
 *
 * It has no effects but on `tx`, so that `transaction()` may run it again. For the same reason
 * numbers are given and old contents looked up in here: two processes that index at once then come
 * to one right index.
 */
export async function applyBatch(
  tx: Transaction,
  { put = [], remove = [] }: Batch,
): Promise<number> {
  const { documents, paths, contents, terms } = containersOf(tx);
  const settings = await readSettings(tx);
  if (settings === undefined) throw new Error("the storage has no index");

  const wanted = new Map<string, IndexedText | undefined>();
  for (const path of remove) wanted.set(path, undefined);
  for (const text of put) wanted.set(text.path, text);
  const stored = new Map(await documents.getMany(wanted.keys()));
  const ids = [...stored.values()].flatMap((document) => document?.id ?? []);
  const oldContents = new Map(await contents.getMany(ids));

  const counts = {
    documents: settings.documents,
    words: settings.words,
    postings: settings.postings,
  };
  let { nextId } = settings;
  const edits: Edits = new Map();
  const newDocuments: [string, StoredDocument][] = [];
  const newPaths: [number, string][] = [];
  const newContents: [number, Record<string, number>][] = [];
  const goneDocuments: string[] = [];
  const goneIds: number[] = [];

  for (const [path, text] of wanted) {
    const old = stored.get(path);
    if (old === undefined && text === undefined) continue;
    const id = old?.id ?? nextId++;
    const before = new Map(Object.entries(oldContents.get(String(id)) ?? {}));
    const after = text?.counts ?? new Map<string, number>();
    const words = sum(after.values());
    compare(before, after, id, edits);

    counts.documents += Number(text !== undefined) - Number(old !== undefined);
    counts.words += words - (old?.words ?? 0);
    counts.postings += after.size - before.size;
    if (text === undefined) {
      goneDocuments.push(path);
      goneIds.push(id);
    } else {
      const { size, mtime, title } = text;
      newDocuments.push([path, { id, size, mtime, title, words }]);
      newContents.push([id, Object.fromEntries(after)]);
      if (old === undefined) newPaths.push([id, path]);
    }
  }

  const { set, gone } = merge(await terms.getMany(edits.keys()), edits);
  await Promise.all([
    terms.setMany(set),
    terms.deleteMany(gone),
    documents.setMany(newDocuments),
    documents.deleteMany(goneDocuments),
    paths.setMany(newPaths),
    paths.deleteMany(goneIds),
    contents.setMany(newContents),
    contents.deleteMany(goneIds),
    writeSettings(tx, { ...settings, ...counts, nextId, updated: new Date().toISOString() }),
  ]);
  return edits.size + 2 * newDocuments.length + newPaths.length + 3 * goneIds.length + 1;
}

/** Takes out all documents whose path begins so; answers how many. */
export async function removeUnder(tx: Transaction, prefix: string): Promise<number> {
  const remove: string[] = [];
  for await (const path of containersOf(tx).documents.keys({ prefix })) remove.push(path);
  if (remove.length > 0) await applyBatch(tx, { remove });
  return remove.length;
}

/** Notes what differs between a document's old and new words. */
function compare(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  id: number,
  edits: Edits,
): void {
  const note = (word: string, count: number): void => {
    const key = termKey(word, id);
    const edit = edits.get(key);
    if (edit === undefined) edits.set(key, new Map([[id, count]]));
    else edit.set(id, count);
  };
  for (const [word, count] of after) if (before.get(word) !== count) note(word, count);
  for (const word of before.keys()) if (!after.has(word)) note(word, 0);
}

/** The postings as they will be, and the keys that have none left. */
function merge(
  stored: readonly [key: string, postings: Postings | undefined][],
  edits: Edits,
): { set: [string, Postings][]; gone: string[] } {
  const set: [string, Postings][] = [];
  const gone: string[] = [];
  for (const [key, postings = {}] of stored) {
    for (const [id, count] of edits.get(key) ?? []) {
      if (count === 0) delete postings[id];
      else postings[id] = count;
    }
    if (Object.keys(postings).length === 0) gone.push(key);
    else set.push([key, postings]);
  }
  return { set, gone };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
