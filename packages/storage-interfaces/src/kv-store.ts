/** A dictionary on a storage: text by key, with JavaScript's own names for what can be done with it. */
import type { Items, Key, Keys, Storage, Transaction } from "@caterpillar/storage-core";
import { collectItems, collectKeys, toKey } from "@caterpillar/storage-core/interface";
import type { KVNamespace } from "./kv-namespace.ts";
import { type KVRecord, renewed } from "./kv-record.ts";
import { together } from "./kv-steps.ts";
import { KVUpdater } from "./kv-updater.ts";
import { copyOfBytes, type KVInput, kvText, toKVBytes } from "./kv-value.ts";

/** How many values are held at once to see when they were created. */
const STRIDE = 256;

/**
 * A dictionary on a storage, or within a transaction: text by key. Its entries are in the reserved container `bh_kv`, and those of each namespace in
 * one of its own; nobody else can write to them.
 *
 * Keys are any well-formed text of 0 to 1,024 bytes of UTF-8; values are text, or bytes by way of `setBytes()` and `getBytes()`. Every value is read and
 * written as a whole: one of more than 1 MiB is stored, and warned about once in a process, with the code `CATERPILLAR_KV_LARGE_VALUE`;
 * FileStore is the place for those.
 *
 * Any number may be made for one storage, in any number of processes. On a storage, calls are part of the transaction that `begin()` has begun, and
 * each is atomic by itself where there is none. They take effect in the order in which they are made, but for the first ones of an object, which look
 * first whose `bh_kv` is.
 *
 * Every method rejects with what the storage rejects with: `StorageReadonlyError`, `StorageClosedError`, `TransactionStateError`,
 * `TransactionConflictError` and so on; with `StorageVersionError` where a newer version of this interface has written to the storage; with
 * `ReservedNameError` where its name is another owner's there. Keys and values of a wrong type are a `TypeError`, a key that is too long is
 * a `StorageLimitError`. After an error, nothing of the call was written, but the container may have been made.
 */
export class KVStore extends KVUpdater {
  /**
   * A view of an open storage, or of a transaction. Touches nothing: the container comes into being when a method first needs it. A read-only storage
   * without it reads as empty. `at` is for the class itself; see `namespace()`.
   */
  constructor(storage: Storage | Transaction, at?: KVNamespace) {
    super(storage, at);
  }

  /** The same view within a transaction of the storage: reads see the transaction, writes are part of it. Await them before it ends. */
  override in(tx: Transaction): KVStore {
    return new KVStore(tx, this.at);
  }

  /**
   * A dictionary of its own within this one. Whatever names and keys are, its entries are nobody else's: not its parent's, not its neighbours'; nor does
   * `clear()` reach from one into another. It comes into being with its first write; reading one that was never written to answers as
   * empty, and leaves no trace. Namespaces nest.
   *
   * The name is any well-formed text. The names of all levels together, with a few bytes for each, must fit into the name of a container of 512
   * bytes of UTF-8. Throws at once: `StorageLimitError` where the name is empty or too long, `TypeError` where it is no well-formed string.
   */
  namespace(name: string): KVStore {
    return new KVStore(this.place, this.at.child(name, this.containerName("")));
  }

  /** Sets a value, in place of the one that is there. Numbers, bigints and booleans are turned into text with `String()`. */
  async set(key: Key, value: KVInput): Promise<void> {
    const wanted = toKey(key);
    const stored = toKVBytes(value);
    await this.#put(wanted, stored);
  }

  /** Sets a value that is bytes (a `Uint8Array`, a `Buffer`), in place of the one that is there. They are read at the call. */
  async setBytes(key: Key, bytes: Uint8Array): Promise<void> {
    const wanted = toKey(key);
    const stored = copyOfBytes(bytes);
    await this.#put(wanted, stored);
  }

  /**
   * Sets many values in one atomic step: all of them or, if one is refused or the iterable throws, none. Takes a Map, a plain object or an iterable of
   * pairs, async ones too; of several for one key the last holds. It takes several steps, on a storage in a
   * transaction of its own, and its place among other calls when it ends: await it before the next one that matters.
   */
  async setMany(items: Items<KVInput>): Promise<void> {
    const collected = collectItems(items, kvText);
    const texts = collected instanceof Promise ? await collected : collected;
    const values = new Map(texts.map(([key, text]) => [key, toKVBytes(text)]));
    await together<KVStore, void>(this, this.place, (kv) => kv.#putAll(values));
  }

  /** Sets a value where the key is missing, in one atomic step. Resolves to whether it did; a value that is there stays as it is. */
  async setIfAbsent(key: Key, value: KVInput): Promise<boolean> {
    const wanted = toKey(key);
    const stored = toKVBytes(value);
    let absent = false;
    await this.write((entries) =>
      entries.update(wanted, (before) => {
        absent = before === undefined;
        return before ?? renewed(undefined, stored);
      }),
    );
    return absent;
  }

  /** Deletes a key. Resolves to whether it was there; a missing one is no error. */
  async delete(key: Key): Promise<boolean> {
    const wanted = toKey(key);
    let there = false;
    await this.remove((entries) =>
      entries.update(wanted, (before) => {
        there = before !== undefined;
        return undefined;
      }),
    );
    return there;
  }

  /** Deletes many keys in one atomic step. Takes any iterable of keys, async ones too. Missing ones are no error. */
  async deleteMany(keys: Keys): Promise<void> {
    const collected = collectKeys(keys, (key) => key);
    const wanted = collected instanceof Promise ? await collected : collected;
    await this.remove((entries) => entries.deleteMany(wanted));
  }

  /** Deletes all entries in one atomic step. Those of namespaces in this one stay. */
  async clear(): Promise<void> {
    await this.remove((entries) => entries.clear());
  }

  async #put(key: string, value: Uint8Array): Promise<void> {
    await this.write((entries) => entries.update(key, (before) => renewed(before, value)));
  }

  /** Within a transaction. Nothing is written before all that was there is known. */
  async #putAll(values: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const keys = [...values.keys()];
    const records: [string, KVRecord][] = [];
    for (let from = 0; from < keys.length; from += STRIDE) {
      const slice = keys.slice(from, from + STRIDE);
      const found = await this.look(undefined, (entries) => entries.getMany(slice));
      slice.forEach((key, i) => {
        records.push([key, renewed(found?.[i]?.[1], values.get(key) as Uint8Array)]);
      });
    }
    await this.write((entries) => entries.setMany(records));
  }
}
