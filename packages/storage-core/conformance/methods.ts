/**
 * Every public method, with arguments that are right, for checks of what must hold for all of them. Such a check compares the names
 * here with those of the objects, so that no method that is added later can be forgotten.
 */
import type { Container } from "../src/container.ts";
import { utf8 } from "../src/encodings.ts";
import type { Operations } from "../src/operations.ts";

/** Methods of storages and transactions that are not for callers. */
export const INTERNAL_METHODS: readonly string[] = ["access"];

/** A call of a method on a container of that name; the answer is a promise, or an iteration. */
export type OperationCall = (on: Operations, container: string) => unknown;

/** Methods of storages and transactions that read or write items; a container that is missing is an error to each. */
export const ITEM_CALLS: Readonly<Record<string, OperationCall>> = {
  deleteContainer: (on, container) => on.deleteContainer(container),
  clearContainer: (on, container) => on.clearContainer(container),
  getContainerItem: (on, container) => on.getContainerItem(container, "a"),
  getContainerItems: (on, container) => on.getContainerItems(container, ["a"], utf8),
  getContainerKeys: (on, container) => on.getContainerKeys(container),
  getContainerLen: (on, container) => on.getContainerLen(container),
  hasContainerItem: (on, container) => on.hasContainerItem(container, "a"),
  setContainerItem: (on, container) => on.setContainerItem(container, "a", "set"),
  setContainerItems: (on, container) => on.setContainerItems(container, { a: "set" }),
  deleteContainerItem: (on, container) => on.deleteContainerItem(container, "a"),
  deleteContainerItems: (on, container) => on.deleteContainerItems(container, ["a"]),
};

/** The other methods that storages and transactions have alike, but for `container`, which answers a {@link Container} at once. */
export const CONTAINER_LIST_CALLS: Readonly<Record<string, OperationCall>> = {
  addContainer: (on, container) => on.addContainer(container),
  hasContainer: (on, container) => on.hasContainer(container),
  listContainers: (on) => on.listContainers(),
  clear: (on) => on.clear(),
};

/** The methods of the short form. */
export const SHORT_CALLS: Readonly<Record<string, (container: Container<string>) => unknown>> = {
  get: (container) => container.get("a"),
  getMany: (container) => container.getMany(["a"]),
  has: (container) => container.has("a"),
  set: (container) => container.set("a", "set"),
  setMany: (container) => container.setMany({ a: "set" }),
  delete: (container) => container.delete("a"),
  deleteMany: (container) => container.deleteMany(["a"]),
  update: (container) => container.update("a", () => "set"),
  entries: (container) => container.entries(),
  keys: (container) => container.keys(),
  values: (container) => container.values(),
  list: (container) => container.list(),
  count: (container) => container.count(),
  clear: (container) => container.clear(),
};

/** The names of all methods of an object that a class has made, those that it inherits included. */
export function methodsOf(object: object): string[] {
  const names = new Set<string>();
  let prototype: object | null = Object.getPrototypeOf(object);
  while (prototype !== null && prototype !== Object.prototype) {
    for (const key of Reflect.ownKeys(prototype)) {
      const value: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
      if (typeof value === "function" && key !== "constructor") names.add(String(key));
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...names].sort();
}

/** A promise of what a call answers; of its first entry, where that is an iteration. */
export function settle(answer: unknown): unknown {
  return isIterator(answer) ? answer.next() : answer;
}

function isIterator(answer: unknown): answer is AsyncIterator<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}
