/** How one value of a KVStore is changed by a function, at once or later. */
import { types } from "node:util";
import type { Key, Transaction } from "@caterpillar/storage-core";
import { describe, toKey } from "@caterpillar/storage-core/interface";
import { KVReader } from "./kv-reader.ts";
import { isSame, renewed, textOf } from "./kv-record.ts";
import { AnsweredLater, together } from "./kv-steps.ts";
import { toKVBytes, toKVText } from "./kv-value.ts";

/** Whatever the caller's function answers is checked; it may not be what its type says. */
type Change = (current: string | undefined) => unknown;

export abstract class KVUpdater extends KVReader {
  abstract in(tx: Transaction): KVUpdater;

  /**
   * Changes a value in one atomic step: `fn` is given the value as text, or `undefined` where the key is missing, and answers what is to be there
   * instead, `undefined` for nothing. Resolves to that. Any number of callers may do this at once, of several processes too, and each sees what
   * the one before has made of it. Where `fn` throws or rejects, no value is written, and the error reaches the caller as it is.
   *
   * `fn` may be async. On a storage it then runs in a transaction of its own, which others wait for, no longer than the storage's `timeout`, so it must
   * not write to the storage; in a transaction, as part of that. In either case, where somebody else was quicker, it is called again with the newer value: it should have no other effects.
   */
  async update<T extends string | undefined>(
    key: Key,
    fn: (current: string | undefined) => T | Promise<T>,
  ): Promise<T> {
    const wanted = toKey(key);
    if (typeof fn !== "function") {
      throw new TypeError(`update() takes a function, not ${describe(fn)}`);
    }
    let early: AnsweredLater | undefined;
    if (!types.isAsyncFunction(fn)) {
      try {
        return (await this.#updateAtOnce(wanted, fn)) as T;
      } catch (error) {
        if (!(error instanceof AnsweredLater)) throw error;
        early = error;
      }
    }
    return (await together<KVUpdater, string | undefined>(this, this.place, (kv) =>
      kv.#updateLater(wanted, fn, early),
    )) as T;
  }

  /** Rejects with `AnsweredLater` where the function answers a promise. */
  async #updateAtOnce(key: string, fn: Change): Promise<string | undefined> {
    let answer: string | undefined;
    await this.write((entries) =>
      entries.update(key, (before) => {
        const current = textOf(before);
        const given = fn(current);
        if (AnsweredLater.is(given)) throw new AnsweredLater(current, given);
        answer = given === undefined ? undefined : toKVText(given);
        return answer === undefined ? undefined : renewed(before, toKVBytes(answer));
      }),
    );
    return answer;
  }

  /** Within a transaction, where other calls may come in between while the function is awaited: then it is asked again. */
  async #updateLater(
    key: string,
    fn: Change,
    early: AnsweredLater | undefined,
  ): Promise<string | undefined> {
    for (;;) {
      const before = await this.look(undefined, (entries) => entries.get(key));
      const current = textOf(before);
      const given = await (early?.take(current) ?? fn(current));
      const answer = given === undefined ? undefined : toKVText(given);
      const stored = answer === undefined ? undefined : toKVBytes(answer);
      let same = false;
      await this.write((entries) =>
        entries.update(key, (now) => {
          same = isSame(before, now);
          if (!same) return now;
          return stored === undefined ? undefined : renewed(now, stored);
        }),
      );
      if (same) return answer;
    }
  }
}
