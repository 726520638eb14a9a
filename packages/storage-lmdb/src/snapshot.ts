/** A read transaction of LMDB. */
import type {
  As,
  Entry,
  MaybePromise,
  OrderedSnapshot,
  Page,
  PageRange,
  Value,
} from "@caterpillar/storage-core/driver";
import { translate } from "./errors.ts";
import type { Database, RangeOptions, View } from "./lmdb.ts";

export class LmdbSnapshot implements OrderedSnapshot {
  readonly #db: Database;
  readonly #path: string;
  readonly #view: { readonly transaction: View };
  readonly #whenClosed: () => void | Promise<void>;

  constructor(db: Database, path: string, whenClosed: () => void | Promise<void> = () => {}) {
    this.#db = db;
    this.#path = path;
    this.#whenClosed = whenClosed;
    this.#view = this.#read(() => {
      // What was read in this turn of the event loop has its transaction already, which is that of an older state.
      db.resetReadTxn();
      return { transaction: db.useReadTransaction() };
    });
  }

  get(key: string, as: As): Value | undefined {
    return this.#read(() => {
      if (as !== "presence") return this.#db.get(key, this.#view);
      return this.#db.doesExist(key, undefined, this.#view) ? "" : undefined;
    });
  }

  /** lmdb-js has a method for many keys, which reads the newest state instead of this one. */
  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return keys.map((key) => this.get(key, as));
  }

  page(range: PageRange): Page<Entry> {
    return this.#read(() => {
      const items: Entry[] = [];
      let bytes = 0;
      for (const { key, value } of this.#db.getRange(this.#options(range))) {
        items.push([key, value]);
        bytes += value.length;
        if (items.length >= range.limit || bytes >= range.bytes) return { items, more: true };
      }
      return { items, more: false };
    });
  }

  keys(range: PageRange): Page<string> {
    return this.#read(() => {
      const items: string[] = [];
      for (const key of this.#db.getKeys(this.#options(range))) {
        items.push(key);
        if (items.length >= range.limit) return { items, more: true };
      }
      return { items, more: false };
    });
  }

  close(): MaybePromise<void> {
    this.#view.transaction.done();
    return this.#whenClosed();
  }

  #read<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  /** In reverse, the start is where one begins, and each bound must be told anew whether it is part of the range. */
  #options({ start, end, reverse }: PageRange): RangeOptions {
    return reverse
      ? { start: end, end: start, reverse, exclusiveStart: true, inclusiveEnd: true, ...this.#view }
      : { start, end, reverse, exclusiveStart: false, inclusiveEnd: false, ...this.#view };
  }
}
