/** What can be asked of a KVStore, and of one of its namespaces. */
import type { Key, Keys, Range } from "@caterpillar/storage-core";
import { collectKeys, toKey } from "@caterpillar/storage-core/interface";
import { KVContainer } from "./kv-container.ts";
import { textOf } from "./kv-record.ts";

/** What is known of an entry beside its value. */
export interface KVInfo {
  /** When the key was set and had not been there before. Setting it again leaves this as it is; after a delete it is new. */
  readonly created: Date;
  /** When the value was last set. */
  readonly updated: Date;
  /** The length of the value in bytes; of text, in bytes of UTF-8. */
  readonly size: number;
}

/**
 * The methods of a `KVStore` that read. Each sees the newest state, or in a transaction that of the transaction; where nothing was ever written,
 * there is nothing, which is no error. They reject with the errors named at `KVStore`.
 */
export abstract class KVReader extends KVContainer {
  /**
   * The value as text, or `undefined` where the key is missing. `StorageEncodingError` where it was set with `setBytes()` and is not UTF-8;
   * `getBytes()` reads that.
   */
  async get(key: Key): Promise<string | undefined> {
    const wanted = toKey(key);
    return textOf(await this.look(undefined, (entries) => entries.get(wanted)));
  }

  /** The value's bytes, or `undefined` where the key is missing; of text, its UTF-8. They are the caller's own, to keep and to change. */
  async getBytes(key: Key): Promise<Uint8Array | undefined> {
    const wanted = toKey(key);
    const record = await this.look(undefined, (entries) => entries.get(wanted));
    // A buffer of its own, for those who look at `.buffer`: before these bytes lies the record's header.
    return record?.value.slice();
  }

  /** The value as text, or the fallback, as it is, where the key is missing. Writes nothing. Otherwise as `get()`. */
  async getOrDefault<T>(key: Key, fallback: T): Promise<string | T> {
    return (await this.get(key)) ?? fallback;
  }

  /**
   * A pair for every key asked for, in the order asked, duplicates included, all of one state; the value is `undefined` where the key is missing.
   * Takes any iterable of keys, async ones too. Holds all the values in memory. Otherwise as `get()`.
   */
  async getMany(keys: Keys): Promise<[key: string, value: string | undefined][]> {
    const collected = collectKeys(keys, (key) => key);
    const wanted = collected instanceof Promise ? await collected : collected;
    const found = await this.look(undefined, (entries) => entries.getMany(wanted));
    if (found === undefined) return wanted.map((key) => [key, undefined]);
    return found.map(([key, record]) => [key, textOf(record)]);
  }

  /** Whether the key is there. Reads no value. */
  async has(key: Key): Promise<boolean> {
    const wanted = toKey(key);
    return await this.look(false, (entries) => entries.has(wanted));
  }

  /** When the entry was created and last set, and how large its value is; `undefined` where the key is missing. Reads the value. */
  async info(key: Key): Promise<KVInfo | undefined> {
    const wanted = toKey(key);
    const record = await this.look(undefined, (entries) => entries.get(wanted));
    if (record === undefined) return undefined;
    const { created, updated, value } = record;
    return { created: new Date(created), updated: new Date(updated), size: value.length };
  }

  /** How many entries there are, exactly; those of namespaces in this one do not count. May take a walk over all keys. */
  async count(): Promise<number> {
    return await this.look(0, (entries) => entries.count());
  }

  /** The same as `count()`. A method, as it has to ask the storage. */
  async size(): Promise<number> {
    return await this.count();
  }

  /**
   * The entries of a range in order of their keys, with values as text; all entries, if no range is given. The iteration shows the state as of its first
   * `next()`, and no later write, not even its own loop's; it holds a page in memory, and lets go at its end, on `break` and on `throw`. Order
   * is that of the keys' UTF-8 bytes. A value that is not UTF-8 ends it with a `StorageEncodingError`: walk over `keys()`, and read
   * with `getBytes()`. A range that makes no sense is thrown at once.
   */
  entries(
    range?: Range,
  ): AsyncIterableIterator<[key: string, value: string], undefined, undefined> {
    return this.walk(
      (entries) => entries.entries(range),
      ([key, record]) => [key, textOf(record)],
    );
  }

  /** The keys of a range, in order, without reading values. Otherwise as {@link entries}. */
  keys(range?: Range): AsyncIterableIterator<string, undefined, undefined> {
    return this.walk(
      (entries) => entries.keys(range),
      (key) => key,
    );
  }

  /** The values of a range, in the order of their keys. Otherwise as {@link entries}. */
  values(range?: Range): AsyncIterableIterator<string, undefined, undefined> {
    return this.walk(
      (entries) => entries.values(range),
      (record) => textOf(record),
    );
  }

  /** All entries: `for await (const [key, value] of kv)`. See {@link entries}. */
  [Symbol.asyncIterator](): AsyncIterableIterator<
    [key: string, value: string],
    undefined,
    undefined
  > {
    return this.entries();
  }

  /**
   * The names of the namespaces directly in this one, in order. A namespace comes into being with the first write to it, or to a namespace in it;
   * it stays when it is emptied.
   */
  async namespaces(): Promise<string[]> {
    const prefix = this.containerName("");
    const containers = await this.runRead<string[]>([], (on) => on.listContainers());
    return this.at.children(containers, prefix);
  }
}
