/** A session on one of RocksDB's snapshots. */
import {
  type Entry,
  keyAfter,
  type OrderedSnapshot,
  type Page,
  type PageRange,
  type Value,
} from "@caterpillar/storage-core/driver";
import type RocksDB from "rocksdb-native";
import type { Found } from "rocksdb-native";
import { toStorageError } from "./errors.ts";

/** A step of a page reads at most so many times what the one before did. */
const GROWTH = 4;

export class RocksdbSnapshot implements OrderedSnapshot {
  readonly #session: RocksDB;
  readonly #path: string;

  /** Closes the session when it is closed. `path` is for messages. */
  constructor(session: RocksDB, path: string) {
    this.#session = session;
    this.#path = path;
  }

  async get(key: string): Promise<Value | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<readonly (Value | undefined)[]> {
    const batch = this.#session.read({ autoDestroy: true });
    const reads = keys.map((key) => batch.get(key));
    batch.tryFlush();
    try {
      return (await Promise.all(reads)).map((value) => value ?? undefined);
    } catch (error) {
      throw toStorageError(error, this.#path);
    }
  }

  /** Reads in steps that grow: the engine is told how many entries to read, and not how many bytes. */
  async page({ start, end, reverse, limit, bytes }: PageRange): Promise<Page<Entry>> {
    const items: Entry[] = [];
    let size = 0;
    let step = 1;
    for (;;) {
      const wanted = Math.min(step, limit - items.length);
      const found = await this.#read({ start, end, reverse, limit: wanted }, true);
      for (const { key, value } of found) {
        items.push([key.toString(), value]);
        size += value.length;
      }
      const last = items.at(-1);
      const more = found.length === wanted;
      if (!more || last === undefined || items.length === limit || size >= bytes) {
        return { items, more };
      }
      if (reverse) end = last[0];
      else start = keyAfter(last[0]);
      const perItem = size / items.length;
      step = Math.min(GROWTH * step, Math.ceil((bytes - size) / perItem));
    }
  }

  async keys(range: PageRange): Promise<Page<string>> {
    const found = await this.#read(range, false);
    return { items: found.map(({ key }) => key.toString()), more: found.length === range.limit };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #read(range: Omit<PageRange, "bytes">, values: boolean): Promise<Found[]> {
    const { start, end, reverse, limit } = range;
    return new Promise((resolve, reject) => {
      const found: Found[] = [];
      // With room for one entry more, it knows at the limit that it is at its end.
      const options = { reverse, values, limit, capacity: limit + 1 };
      this.#session
        .iterator({ gte: start, lt: end }, options)
        .on("data", (entry) => found.push(entry))
        .on("error", (error) => reject(toStorageError(error, this.#path)))
        .on("close", () => resolve(found));
    });
  }
}
