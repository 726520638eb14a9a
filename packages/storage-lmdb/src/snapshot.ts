/** A read transaction of LMDB. */
import type {
  As,
  Entry,
  OrderedSnapshot,
  Page,
  PageRange,
  Value,
} from "@caterpillar/storage-core/driver";
import type { Database, RangeOptions, View } from "./lmdb.ts";

export class LmdbSnapshot implements OrderedSnapshot {
  readonly #db: Database;
  readonly #view: { readonly transaction: View };

  constructor(db: Database) {
    this.#db = db;
    // What was read in this turn of the event loop has its transaction already, which is that of an older state.
    db.resetReadTxn();
    this.#view = { transaction: db.useReadTransaction() };
  }

  get(key: string, as: As): Value | undefined {
    if (as === "presence") return this.#db.doesExist(key, undefined, this.#view) ? "" : undefined;
    return this.#db.get(key, this.#view);
  }

  /** lmdb-js has a method for many keys, which reads the newest state instead of this one. */
  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return keys.map((key) => this.get(key, as));
  }

  page(range: PageRange): Page<Entry> {
    const items: Entry[] = [];
    let bytes = 0;
    for (const { key, value } of this.#db.getRange(this.#options(range))) {
      items.push([key, value]);
      bytes += value.length;
      if (items.length >= range.limit || bytes >= range.bytes) return { items, more: true };
    }
    return { items, more: false };
  }

  keys(range: PageRange): Page<string> {
    const items: string[] = [];
    for (const key of this.#db.getKeys(this.#options(range))) {
      items.push(key);
      if (items.length >= range.limit) return { items, more: true };
    }
    return { items, more: false };
  }

  close(): void {
    this.#view.transaction.done();
  }

  /** In reverse, the start is where one begins, and each bound must be told anew whether it is part of the range. */
  #options({ start, end, reverse }: PageRange): RangeOptions {
    return reverse
      ? { start: end, end: start, reverse, exclusiveStart: true, inclusiveEnd: true, ...this.#view }
      : { start, end, reverse, exclusiveStart: false, inclusiveEnd: false, ...this.#view };
  }
}
