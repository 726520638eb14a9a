/** Reads of a database, of one view or of the transaction that lmdb-js has for all reads of a turn of the event loop. */
import type { As, Entry, Form, Page, PageRange, Value } from "@caterpillar/storage-core/driver";
import { translate } from "./errors.ts";
import { type Database, inText, type RangeOptions, type TextDatabase, type View } from "./lmdb.ts";

/** What stands in a text for bytes that are not UTF-8. */
const REPLACED = "\uFFFD";

/** Where to read. */
export interface At {
  readonly transaction: View;
}

export class Reads {
  readonly #db: Database;
  readonly #text: TextDatabase;
  readonly #path: string;

  /** `path` is for messages. */
  constructor(db: Database, path: string) {
    this.#db = db;
    this.#text = inText(db);
    this.#path = path;
  }

  /** Ends the transaction of this turn, which may be of an older state, so that the next read begins it anew. */
  renew(): this {
    this.#guard(() => this.#db.resetReadTxn());
    return this;
  }

  /** A view of the newest state, to be ended with `done()`. */
  pin(): View {
    this.renew();
    return this.#guard(() => this.#db.useReadTransaction());
  }

  get(key: string, as: As, at?: At): Value | undefined {
    return this.#guard(() => this.#get(key, as, at));
  }

  getMany(keys: readonly string[], as: As, at: At): (Value | undefined)[] {
    return this.#guard(() => keys.map((key) => this.#get(key, as, at)));
  }

  page(range: PageRange, as: Form, at: At): Page<Entry> {
    return this.#guard(() => this.#page(range, as, at));
  }

  keys(range: PageRange, at: At): Page<string> {
    return this.#guard(() => {
      const items: string[] = [];
      for (const key of this.#db.getKeys(optionsOf(range, at))) {
        items.push(key);
        if (items.length >= range.limit) return { items, more: true };
      }
      return { items, more: false };
    });
  }

  /** LMDB goes over the keys before it itself, some tens of nanoseconds each. Its own way to count takes damage for the end. */
  nth(range: PageRange, index: number, at: At): string | undefined {
    return this.#guard(() => {
      for (const key of this.#db.getKeys({ ...optionsOf(range, at), offset: index })) return key;
      return undefined;
    });
  }

  #get(key: string, as: As, at: At | undefined): Value | undefined {
    if (as === "presence") return this.#db.doesExist(key, undefined, at) ? "" : undefined;
    if (as === "bytes") return this.#db.get(key, at);
    const text = this.#text.get(key, at);
    return text?.includes(REPLACED) ? this.#db.get(key, at) : text;
  }

  #page(range: PageRange, as: Form, at: At): Page<Entry> {
    const found = (as === "text" ? this.#text : this.#db).getRange(optionsOf(range, at));
    const items: [string, Value][] = [];
    let bytes = 0;
    let isText = true;
    let more = false;
    for (const { key, value } of found) {
      items.push([key, value]);
      bytes += value.length;
      if (typeof value === "string" && value.includes(REPLACED)) isText = false;
      more = items.length >= range.limit || bytes >= range.bytes;
      if (more) break;
    }
    return isText ? { items, more } : this.#page(range, "bytes", at);
  }

  #guard<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}

/** In reverse, the start is where one begins, and each bound must be told anew whether it is part of the range. */
function optionsOf({ start, end, reverse }: PageRange, at: At): RangeOptions {
  return reverse
    ? { start: end, end: start, reverse, exclusiveStart: true, inclusiveEnd: true, ...at }
    : { start, end, reverse, exclusiveStart: false, inclusiveEnd: false, ...at };
}
