/** Random calls. How often each kind comes is weighed: of kinds that come alike, writes were too rare to show anything. */
import type { Arbitrary } from "fast-check";
import type { Range } from "../../src/range.ts";
import type { FastCheck } from "../fast-check.ts";
import { type Alphabet, MANY } from "./alphabets.ts";
import type { Call } from "./calls.ts";
import type { ItemCall } from "./item-calls.ts";
import type { StoredValue } from "./stored-value.ts";

/** So often each, against the others. */
type Weighted<T> = readonly (readonly [weight: number, arbitrary: Arbitrary<T>])[];

export function weighted<T>(fc: FastCheck, choices: Weighted<T>): Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** What calls are chosen from. */
export interface Choices {
  /** Any call. */
  readonly call: Arbitrary<Call>;
  /** Calls that may commit something. */
  readonly commit: Arbitrary<Call>;
}

export function choicesOf(fc: FastCheck, alphabet: Alphabet): Choices {
  const { read, write, refused } = itemChoices(fc, alphabet);
  const { container } = partsOf(fc, alphabet);
  const sound = fc.oneof(read, write);
  const item = weighted<ItemCall>(fc, [
    [100, sound],
    ...(refused === undefined ? [] : ([[16, refused]] as const)),
  ]);
  const several = (least: number, call: Arbitrary<ItemCall>): Arbitrary<ItemCall[]> =>
    fc.array(call, { minLength: least, maxLength: 4 });
  const together = (call: Arbitrary<ItemCall>): Arbitrary<Call> =>
    several(2, call).map((calls) => ["together", ...calls]);
  const transaction = (
    how: Arbitrary<"commit" | "throw" | "read">,
    call: Arbitrary<ItemCall>,
  ): Arbitrary<Call> =>
    fc.tuple(how, several(1, call)).map(([end, calls]) => ["transaction", end, ...calls]);
  const take = fc.constantFrom(1, 2, 255, MANY);
  return {
    call: weighted<Call>(fc, [
      [100, item],
      [14, fc.constant<Call>(["begin"])],
      [10, fc.constant<Call>(["commit"])],
      [4, fc.constant<Call>(["rollback"])],
      [12, fc.tuple(fc.constant("iterate" as const), container, rangeOf(fc, alphabet), take)],
      [20, fc.tuple(fc.constant("next" as const), take)],
      [2, fc.constant<Call>(["return"])],
      [20, fc.constant<Call>(["look"])],
      [12, together(item)],
      [8, transaction(fc.constantFrom("commit", "commit", "commit", "throw", "read"), sound)],
    ]),
    commit: weighted<Call>(fc, [
      [1, fc.constant<Call>(["commit"])],
      [1, together(write)],
      [4, transaction(fc.constant("commit"), manyWrites(fc, alphabet))],
    ]),
  };
}

/** Writes of several items each, so that a commit has parts. */
function manyWrites(fc: FastCheck, alphabet: Alphabet): Arbitrary<ItemCall> {
  const { container, key, value } = partsOf(fc, alphabet);
  const entries = fc.array(fc.tuple(key, value), { minLength: 2, maxLength: 5 });
  return fc.oneof(
    fc.tuple(fc.constant("setMany" as const), container, entries),
    fc.tuple(fc.constant("fill" as const), container, fc.constantFrom(3, MANY)),
    fc.tuple(fc.constant("empty" as const), container, fc.constantFrom(3, MANY)),
    fc.tuple(fc.constant("clearContainer" as const), container),
  );
}

interface Parts {
  readonly container: Arbitrary<string>;
  readonly key: Arbitrary<string>;
  readonly keys: Arbitrary<string[]>;
  readonly value: Arbitrary<StoredValue>;
  readonly entries: Arbitrary<[string, StoredValue][]>;
}

function partsOf(fc: FastCheck, { containers, keys, values, beginning }: Alphabet): Parts {
  const key = fc.constantFrom(...keys);
  const value = fc.constantFrom(...values);
  return {
    // Mostly one of the first: what is done here and there does not meet.
    container: weighted(fc, [
      [6, fc.constantFrom(...[...beginning.keys()].slice(0, 3))],
      [2, fc.constantFrom(...beginning.keys())],
      [1, fc.constantFrom(...containers)],
    ]),
    key,
    keys: fc.array(key, { maxLength: 5 }),
    value,
    entries: fc.array(fc.tuple(key, value), { maxLength: 5 }),
  };
}

function itemChoices(
  fc: FastCheck,
  alphabet: Alphabet,
): {
  readonly read: Arbitrary<ItemCall>;
  readonly write: Arbitrary<ItemCall>;
  readonly refused: Arbitrary<ItemCall> | undefined;
} {
  const { container, key, keys, value, entries } = partsOf(fc, alphabet);
  const form = fc.constantFrom(...alphabet.forms);
  const count = fc.constantFrom(3, MANY);
  const range = rangeOf(fc, alphabet);
  const call = <Name extends ItemCall[0], Args extends unknown[]>(
    name: Name,
    ...args: { readonly [I in keyof Args]: Arbitrary<Args[I]> }
  ): Arbitrary<[Name, ...Args]> =>
    fc.tuple(fc.constant(name), ...args) as Arbitrary<[Name, ...Args]>;
  return {
    read: weighted<ItemCall>(fc, [
      [8, call("get", container, key, form)],
      [6, call("getMany", container, keys, form)],
      [4, call("has", container, key)],
      [8, call("count", container)],
      [10, call("keys", container, range)],
      [18, call("entries", container, range, form)],
      [3, call("listContainers")],
      [2, call("hasContainer", container)],
    ]),
    write: weighted<ItemCall>(fc, [
      [40, call("set", container, key, value)],
      [16, call("setMany", container, entries)],
      [4, call("fill", container, count)],
      [20, call("delete", container, key)],
      [12, call("deleteMany", container, keys)],
      [5, call("empty", container, count)],
      [10, call("update", container, key, fc.constantFrom("+", "++"))],
      [16, call("addContainer", container)],
      [4, call("deleteContainer", container)],
      [6, call("clearContainer", container)],
      [2, call("clear")],
    ]),
    refused: refusedChoices(fc, alphabet),
  };
}

/** Calls with one thing in them that cannot be. */
function refusedChoices(fc: FastCheck, alphabet: Alphabet): Arbitrary<ItemCall> | undefined {
  const { containers, keys, values } = alphabet.refused;
  if (containers.length === 0) return undefined;
  const { container, key, value, entries } = partsOf(fc, alphabet);
  const name = fc.constantFrom(...containers);
  const badKey = fc.constantFrom(...keys);
  const bad = fc.oneof(fc.tuple(badKey, value), fc.tuple(key, fc.constantFrom(...values)));
  return fc.oneof(
    fc.tuple(fc.constant("addContainer" as const), name),
    fc.tuple(fc.constant("set" as const), name, key, value),
    fc.tuple(fc.constant("clearContainer" as const), name),
    fc.tuple(fc.constant("get" as const), container, badKey, fc.constant("text" as const)),
    fc.tuple(fc.constant("delete" as const), container, badKey),
    fc.tuple(container, bad).map(([id, [k, v]]) => ["set", id, k, v] as const),
    fc
      .tuple(container, entries, bad)
      .map(([id, before, last]) => ["setMany", id, [...before, last]] as const),
  );
}

function rangeOf(fc: FastCheck, alphabet: Alphabet): Arbitrary<Range> {
  const { key } = partsOf(fc, alphabet);
  const prefix = fc
    .tuple(key, fc.constantFrom(1, 2, MANY))
    .map(([whole, length]) => Array.from(whole).slice(0, length).join(""));
  const one = (inSo: number, bound: Arbitrary<unknown>): Arbitrary<unknown> =>
    weighted<unknown>(fc, [
      [inSo - 1, fc.constant(undefined)],
      [1, bound],
    ]);
  return fc
    .record({
      gt: one(6, key),
      gte: one(6, key),
      lt: one(6, key),
      lte: one(6, key),
      prefix: one(4, prefix),
      reverse: one(2, fc.constant(true)),
      limit: one(3, fc.constantFrom(1, 2, 3, 0)),
    })
    .map((bounds) =>
      // What is not said is left out, so that it is not told either.
      Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined)),
    );
}
