/** One container, read and written in one encoding. */
import { types } from "node:util";
import type { Access } from "./access.ts";
import { ENTRIES, KEYS } from "./cursor.ts";
import type { Entry } from "./driver.ts";
import { decode, type Encoding } from "./encodings.ts";
import { collectItems, collectKeys, type Items, type Keys } from "./items.ts";
import { Iteration } from "./iteration.ts";
import { describe, type Key, toKey, toName } from "./keys.ts";
import { chain, ignore, isPromise, type MaybePromise } from "./maybe-promise.ts";
import type { OwnEntry, Write } from "./overlay.ts";
import { type Range, toInterval } from "./range.ts";
import { checkReserved, type Reservation } from "./reserved.ts";
import { toValue } from "./values.ts";

/**
 * The short form of the methods on items: a container's name and an encoding, bound to a storage or a transaction.
 *
 * It has no state of its own: it may be made before its container exists, kept for as long as its storage or transaction, and
 * costs nothing to make. On a storage, calls are part of the transaction that `begin()` has begun, if there is one, and each
 * by itself if not.
 *
 * Every method rejects with `ContainerNotFoundError` where the container does not exist, with `StorageClosedError` after
 * `close()` and with `TransactionStateError` after the end of its transaction; those that write, with `StorageReadonlyError`
 * where that is what was opened. Keys and values of a wrong type are a `TypeError`. After an error nothing of the call was written.
 */
export class Container<Input, Output = Input> {
  /** The container's name. */
  readonly id: string;
  readonly #access: () => Access;
  readonly #encoding: Encoding<Input, Output>;
  readonly #reservation: Reservation | undefined;

  /** Made by `container()` of a storage or a transaction. */
  constructor(
    access: () => Access,
    id: string,
    encoding: Encoding<Input, Output>,
    reservation?: Reservation,
  ) {
    this.#access = access;
    this.id = id;
    this.#encoding = encoding;
    this.#reservation = reservation;
  }

  /** The value, or `undefined` where the key is missing. */
  async get(key: Key): Promise<Output | undefined> {
    const container = toName(this.id);
    const wanted = toKey(key);
    const found = this.#access().get(container, wanted, this.#encoding.form);
    // What is there at once needs no further turn.
    const value = isPromise(found) ? await found : found;
    return value === undefined ? undefined : decode(this.#encoding, value);
  }

  /** A pair for every key asked for, in the order asked, duplicates included; the value is `undefined` where the key is missing. */
  async getMany(keys: Keys): Promise<[key: string, value: Output | undefined][]> {
    const container = toName(this.id);
    const { form } = this.#encoding;
    const access = this.#access();
    access.mayRead();
    const wanted = collectKeys(keys, (key) => key);
    const values = await access.read({ container }, wanted, (view, list) =>
      view.getMany(container, list, form),
    );
    return (await wanted).map((key, i) => {
      const value = values[i];
      return [key, value === undefined ? undefined : decode(this.#encoding, value)];
    });
  }

  /** Whether the key is there. Reads no value. */
  async has(key: Key): Promise<boolean> {
    const container = toName(this.id);
    const wanted = toKey(key);
    return (await this.#access().get(container, wanted, "presence")) !== undefined;
  }

  /** Sets one value, in place of the one that is there. */
  async set(key: Key, value: Input): Promise<void> {
    const entry = [toKey(key), toValue(this.#encoding.encode(value))] as const;
    await this.#put([entry]);
  }

  /**
   * Sets many values in one atomic step: all of them or, if one is refused or the iterable throws, none. Of several for one
   * key the last holds. Items from an async iterable are set when it has ended; other calls do not wait for that.
   */
  async setMany(items: Items<Input>): Promise<void> {
    await this.#writeMany(() => collectItems(items, this.#encoding));
  }

  /**
   * Changes one value in one atomic step: `change` is given the value, or `undefined` where the key is missing, and answers what is to be
   * there instead, `undefined` for nothing. Resolves to that. Any number of callers may do this at once, of several processes too, and each sees
   * what the one before has made of it; where another process, or a transaction begun by hand, was quicker, `change` is called again, so it should have no other effects.
   *
   * It must answer at once: with a promise it is a `TypeError`. What has to be awaited is done in `transaction()`. Where it throws, nothing is
   * written, and the error reaches the caller as it is.
   */
  async update<T extends Input | undefined>(
    key: Key,
    change: (value: Output | undefined) => T,
  ): Promise<T> {
    const container = this.#own();
    const wanted = toKey(key);
    if (typeof change !== "function") {
      throw new TypeError(`update() takes a function, not ${describe(change)}`);
    }
    const encoding = this.#encoding;
    let answer: T | undefined;
    await this.#access().write({
      kind: "update",
      container,
      key: wanted,
      form: encoding.form,
      change: (value) => {
        answer = change(value === undefined ? undefined : decode(encoding, value));
        if (types.isPromise(answer)) {
          answer.catch(ignore);
          throw new TypeError("update() wants an answer at once; await in transaction() instead");
        }
        return answer === undefined ? null : toValue(encoding.encode(answer));
      },
    });
    return answer as T;
  }

  /** Deletes a key. A missing one is no error. */
  async delete(key: Key): Promise<void> {
    await this.#put([[toKey(key), null]]);
  }

  /** Deletes many keys in one atomic step. Missing ones are no error. */
  async deleteMany(keys: Keys): Promise<void> {
    await this.#writeMany(() => collectKeys(keys, (key) => [key, null] as const));
  }

  /**
   * The entries of a range, in order. The iteration shows the state as of its first `next()`, and no later write, not even its
   * own loop's. It holds a page in memory, and lets go at the end, on `break`, `return` and `throw`, and when its
   * transaction ends or its storage is closed.
   */
  entries(
    range?: Range,
  ): AsyncIterableIterator<[key: string, value: Output], undefined, undefined> {
    return this.#walkEntries(range, ([key, value]) => [key, decode(this.#encoding, value)]);
  }

  /** The keys of a range, in order, without reading values. Otherwise as {@link entries}. */
  keys(range?: Range): AsyncIterableIterator<string, undefined, undefined> {
    const container = toName(this.id);
    const interval = toInterval(range);
    return new Iteration(
      () => this.#access().walk(container, interval, KEYS),
      (key) => key,
    );
  }

  /** The values of a range, in the order of their keys. Otherwise as {@link entries}. */
  values(range?: Range): AsyncIterableIterator<Output, undefined, undefined> {
    return this.#walkEntries(range, ([, value]) => decode(this.#encoding, value));
  }

  /**
   * The entries of a range as an array, read at one moment: for ranges that are known to be small, or have a `limit`, as a page of a list has. It is faster than
   * {@link entries}, and holds all of them in memory at once.
   */
  async list(range?: Range): Promise<[key: string, value: Output][]> {
    const container = toName(this.id);
    const interval = toInterval(range);
    const encoding = this.#encoding;
    const shape = ENTRIES[encoding.form];
    const entries = await this.#access().read({ container }, undefined, (view) =>
      view.list(container, interval, shape),
    );
    return entries.map(([key, value]) => [key, decode(encoding, value)]);
  }

  /** How many entries the container has, exactly. */
  async count(): Promise<number> {
    const container = toName(this.id);
    return await this.#access().read({ container }, undefined, (view) => view.count(container));
  }

  /** Deletes all entries. The container stays. */
  async clear(): Promise<void> {
    const container = this.#own();
    await this.#access().write({ kind: "clear", container });
  }

  #walkEntries<T>(
    range: Range | undefined,
    map: (entry: Entry) => T,
  ): AsyncIterableIterator<T, undefined, undefined> {
    const container = toName(this.id);
    const interval = toInterval(range);
    const shape = ENTRIES[this.#encoding.form];
    return new Iteration(() => this.#access().walk(container, interval, shape), map);
  }

  /** The name, where the container may be written to. */
  #own(): string {
    const container = toName(this.id);
    checkReserved(container, this.#reservation);
    return container;
  }

  #put(entries: readonly OwnEntry[]): MaybePromise<void> {
    const container = this.#own();
    return this.#access().write({ kind: "put", container, entries });
  }

  /** Reads the caller's items only where they may be written. */
  #writeMany(collect: () => MaybePromise<OwnEntry[]>): MaybePromise<void> {
    const container = this.#own();
    const access = this.#access();
    access.mayWrite();
    const write = chain(collect(), (entries): Write => ({ kind: "put", container, entries }));
    if (isPromise(write)) write.catch(ignore);
    return access.write(write);
  }
}
