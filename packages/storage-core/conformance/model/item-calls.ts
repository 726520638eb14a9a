/**
 * The calls that a storage and a transaction have alike, each as what it is on a storage and what it is on the model. A call is data, its name
 * and its arguments, so that it can be chosen at random, told, and sent to another process.
 */
import { type Encoding, utf8 } from "../../src/encodings.ts";
import type { Operations } from "../../src/operations.ts";
import type { Range } from "../../src/range.ts";
import type { ValueInput } from "../../src/values.ts";
import { collect } from "../collect.ts";
import { numbered } from "../pairs.ts";
import type { Form, ModelTransaction } from "./model-transaction.ts";
import { anyValue, inputOf, type StoredValue } from "./stored-value.ts";

type Entry = readonly [key: string, value: StoredValue];

/** Their arguments. */
interface Arguments {
  addContainer: [container: string];
  deleteContainer: [container: string];
  clearContainer: [container: string];
  clear: [];
  hasContainer: [container: string];
  listContainers: [];
  set: [container: string, key: string, value: StoredValue];
  setMany: [container: string, entries: readonly Entry[]];
  /** Sets so many numbered items: hundreds are more than a page of an iteration holds. */
  fill: [container: string, count: number];
  delete: [container: string, key: string];
  deleteMany: [container: string, keys: readonly string[]];
  /** Deletes the numbered items again. */
  empty: [container: string, count: number];
  /** Sets what is missing, makes what is there longer, and deletes what has become long. */
  update: [container: string, key: string, part: string];
  get: [container: string, key: string, form: Form];
  getMany: [container: string, keys: readonly string[], form: Form];
  has: [container: string, key: string];
  count: [container: string];
  keys: [container: string, range: Range];
  entries: [container: string, range: Range, form: Form];
}

type Name = keyof Arguments;

/** Its name, and its arguments. */
export type ItemCall = { [N in Name]: readonly [name: N, ...args: Arguments[N]] }[Name];

interface Kind<Args extends unknown[]> {
  real(on: Operations, ...args: Args): Promise<unknown>;
  model(on: ModelTransaction, ...args: Args): unknown;
}

const kinds: { readonly [N in Name]: Kind<Arguments[N]> } = {
  addContainer: {
    real: (on, container) => on.addContainer(container),
    model: (on, container) => on.addContainer(container),
  },
  deleteContainer: {
    real: (on, container) => on.deleteContainer(container),
    model: (on, container) => on.deleteContainer(container),
  },
  clearContainer: {
    real: (on, container) => on.clearContainer(container),
    model: (on, container) => on.clearContainer(container),
  },
  clear: {
    real: (on) => on.clear(),
    model: (on) => on.clear(),
  },
  hasContainer: {
    real: (on, container) => on.hasContainer(container),
    model: (on, container) => on.hasContainer(container),
  },
  listContainers: {
    real: (on) => on.listContainers(),
    model: (on) => on.listContainers(),
  },
  set: {
    real: (on, container, key, value) => on.setContainerItem(container, key, inputOf(value)),
    model: (on, container, key, value) => on.set(container, [[key, value]]),
  },
  setMany: {
    real: (on, container, entries) =>
      on.setContainerItems(
        container,
        entries.map(([key, value]) => [key, inputOf(value)]),
      ),
    model: (on, container, entries) => on.set(container, entries),
  },
  fill: {
    real: (on, container, count) => on.setContainerItems(container, numbered(count)),
    model: (on, container, count) => on.set(container, numbered(count)),
  },
  delete: {
    real: (on, container, key) => on.deleteContainerItem(container, key),
    model: (on, container, key) => on.delete(container, [key]),
  },
  deleteMany: {
    real: (on, container, keys) => on.deleteContainerItems(container, keys),
    model: (on, container, keys) => on.delete(container, keys),
  },
  empty: {
    real: (on, container, count) => on.deleteContainerItems(container, keysOf(count)),
    model: (on, container, count) => on.delete(container, keysOf(count)),
  },
  update: {
    real: async (on, container, key, part) =>
      (await on.container(container).update(key, (value) => grown(value, part))) ?? null,
    model: (on, container, key, part) =>
      on.update(container, key, (value) => grown(value, part)) ?? null,
  },
  get: {
    real: async (on, container, key, form) =>
      (await on.getContainerItem(container, key, encodings[form])) ?? null,
    model: (on, container, key, form) => on.get(container, key, form) ?? null,
  },
  getMany: {
    real: async (on, container, keys, form) => {
      const pairs = await on.getContainerItems(container, keys, encodings[form]);
      return pairs.map(([key, value]) => [key, value ?? null]);
    },
    model: (on, container, keys, form) => on.getMany(container, keys, form),
  },
  has: {
    real: (on, container, key) => on.hasContainerItem(container, key),
    model: (on, container, key) => on.has(container, key),
  },
  count: {
    real: (on, container) => on.getContainerLen(container),
    model: (on, container) => on.count(container),
  },
  keys: {
    real: (on, container, range) => collect(on.getContainerKeys(container, range)),
    model: (on, container, range) => on.keys(container, range),
  },
  entries: {
    real: async (on, container, range, form) =>
      await collect(on.container(container, { encoding: encodings[form] }).entries(range)),
    model: (on, container, range, form) => on.entries(container, range, form),
  },
};

const encodings: Readonly<Record<Form, Encoding<ValueInput, StoredValue>>> = {
  text: utf8,
  any: anyValue,
};

function keysOf(count: number): string[] {
  return numbered(count).map(([key]) => key);
}

const LONG = 8;

function grown(value: string | undefined, part: string): string | undefined {
  if (value === undefined) return part;
  return value.length > LONG ? undefined : value + part;
}

export function makeItemCall(on: Operations, [name, ...args]: ItemCall): Promise<unknown> {
  return kindOf(name).real(on, ...args);
}

export function expectItemCall(on: ModelTransaction, [name, ...args]: ItemCall): unknown {
  return kindOf(name).model(on, ...args);
}

/** That the arguments are those of the name is said by the type of a call. */
function kindOf(name: Name): Kind<unknown[]> {
  return kinds[name] as Kind<unknown[]>;
}
