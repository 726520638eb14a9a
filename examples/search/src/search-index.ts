/**
 * The index: everything that the example does to a storage goes through here, and each call is one
 * or more whole transactions.
 */
import {
  type Storage,
  StorageEncodingError,
  type Transaction,
  type TransactionOptions,
} from "@caterpillar/storage-core";
import { applyBatch, type Batch, removeUnder } from "./batch.ts";
import { type CheckedIndex, checkIndex } from "./check.ts";
import { type FoundFile, type FoundFiles, readText } from "./files.ts";
import {
  CONTAINERS,
  containersOf,
  PROGRAM,
  readSettings,
  SCHEMA,
  type Settings,
  writeSettings,
} from "./layout.ts";
import { type Answer, search } from "./query.ts";

/**
 * What a transaction of an update takes on, at most: enough to be fast, little enough to be held in
 * memory.
 */
const MAX_FILES = 128;
const MAX_BYTES = 2 * 1024 * 1024;

/** What came of an update. */
export interface Updated {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Files that were gone, or could not be read, when it was their turn. */
  readonly skipped: number;
  readonly transactions: number;
  /** Items set or deleted. */
  readonly items: number;
}

export interface UpdateOptions {
  readonly signal?: AbortSignal;
  /** Is told after every transaction how many documents of those to write are done. */
  readonly progress?: (done: number, all: number) => void;
}

/** The storage belongs to somebody else. */
export class ForeignStorageError extends Error {}

export class SearchIndex {
  readonly storage: Storage;
  /** The index that was there before, if any. */
  readonly found: Settings | undefined;
  /** Whether that one is used on; otherwise it has made room for a new one. */
  readonly kept: boolean;

  private constructor(storage: Storage, found: Settings | undefined, kept: boolean) {
    this.storage = storage;
    this.found = found;
    this.kept = kept;
  }

  /**
   * The index of a folder's files in a storage. An empty one is made where the storage has none,
   * and in place of one of another folder, of another version, or of any if it is to be `fresh`.
   * `ForeignStorageError` where the storage holds something else.
   */
  static async open(
    storage: Storage,
    { root, fresh = false }: { root: string; fresh?: boolean },
  ): Promise<SearchIndex> {
    return await storage.transaction(async (tx) => {
      const found = await findIndex(tx, storage.path);
      if (found !== undefined) {
        const kept = !fresh && found.schema === SCHEMA && found.root === root;
        if (kept) return new SearchIndex(storage, found, true);
        await tx.clear();
      }
      for (const name of CONTAINERS) await tx.addContainer(name);
      await writeSettings(tx, {
        program: PROGRAM,
        schema: SCHEMA,
        root,
        updated: new Date().toISOString(),
        nextId: 1,
        documents: 0,
        words: 0,
        postings: 0,
      });
      return new SearchIndex(storage, found, false);
    });
  }

  /**
   * Brings the index up to date with the files, in bounded transactions. If stopped in between, the
   * next update does the rest.
   */
  async update(
    { root, files }: FoundFiles,
    { signal, progress }: UpdateOptions = {},
  ): Promise<Updated> {
    const { added, changed, removed, unchanged } = await this.#compare(files);
    const all = added.length + changed.length + removed.length;
    let done = 0;
    let transactions = 0;
    let items = 0;
    let skipped = 0;
    const commit = async (batch: Batch, size: number): Promise<void> => {
      items += await this.apply(batch, signal === undefined ? {} : { signal });
      transactions++;
      done += size;
      progress?.(done, all);
    };

    for (const remove of inParts(removed, () => 0)) await commit({ remove }, remove.length);
    for (const part of inParts([...added, ...changed], ({ size }) => size)) {
      signal?.throwIfAborted();
      // Read once, outside of the transaction's function, which may run more than once.
      const read = await Promise.all(part.map((file) => readText(root, file)));
      const put = read.filter((text) => text !== undefined);
      skipped += part.length - put.length;
      await commit({ put }, part.length);
    }
    return {
      added: added.length,
      changed: changed.length,
      removed: removed.length,
      unchanged,
      skipped,
      transactions,
      items,
    };
  }

  /** Writes one batch in one transaction; answers how many items it took. */
  async apply(batch: Batch, options?: TransactionOptions): Promise<number> {
    return await this.storage.transaction((tx) => applyBatch(tx, batch), options);
  }

  /** Takes out all documents whose path begins so, in one transaction; answers how many. */
  async removeUnder(prefix: string): Promise<number> {
    return await this.storage.transaction((tx) => removeUnder(tx, prefix));
  }

  /** Answers a query from one committed state. */
  async search(query: string, limit = 5): Promise<Answer> {
    return await this.storage.transaction((tx) => search(tx, query, limit), { readonly: true });
  }

  /** Goes through all of one committed state. */
  async check(): Promise<CheckedIndex> {
    return await this.storage.transaction(checkIndex, { readonly: true });
  }

  /** Which files are new, changed or gone, going by size and time of change. */
  async #compare(files: readonly FoundFile[]): Promise<{
    added: FoundFile[];
    changed: FoundFile[];
    removed: string[];
    unchanged: number;
  }> {
    return await this.storage.transaction(
      async (tx) => {
        const left = new Map(files.map((file) => [file.path, file]));
        const changed: FoundFile[] = [];
        const removed: string[] = [];
        let unchanged = 0;
        for await (const [path, { size, mtime }] of containersOf(tx).documents.entries()) {
          const file = left.get(path);
          left.delete(path);
          if (file === undefined) removed.push(path);
          else if (file.size !== size || file.mtime !== mtime) changed.push(file);
          else unchanged++;
        }
        return { added: [...left.values()], changed, removed, unchanged };
      },
      { readonly: true },
    );
  }
}

/**
 * The settings of the index that the storage holds; `undefined` if it is empty. It is not to be
 * touched if it holds something else.
 */
async function findIndex(tx: Transaction, path: string): Promise<Settings | undefined> {
  const names = await tx.listContainers();
  if (names.length === 0) return undefined;
  try {
    const settings = await readSettings(tx);
    if (settings?.program === PROGRAM) return settings;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof StorageEncodingError)) throw error;
  }
  throw new ForeignStorageError(
    `${path} is a storage of another program, with the containers ${names.join(", ")}; give another --path`,
  );
}

/** Cuts a list into what one transaction takes. */
function* inParts<T>(list: readonly T[], sizeOf: (item: T) => number): Generator<T[]> {
  let part: T[] = [];
  let bytes = 0;
  for (const item of list) {
    if (part.length > 0 && (part.length === MAX_FILES || bytes + sizeOf(item) > MAX_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += sizeOf(item);
  }
  if (part.length > 0) yield part;
}
