/**
 * Own writes: what a transaction has written on top of its snapshot, and has not committed.
 *
 * Invariants:
 * 1. A container has an own state here from the first write to it on, and never loses it.
 * 2. `items` are the own entries, in key order; `null` stands for a deleted key.
 * 3. Where `hidesBase` is set, nothing of the snapshot shows through, and `items` has no `null`.
 * 4. A container that does not exist has no items.
 */
import type { Changes, ContainerChanges } from "./driver.ts";
import { compareKeys } from "./keys.ts";
import { type SortedMap, sortedMap } from "./sorted-map.ts";
import type { Form, Value } from "./values.ts";

/** An entry to set, or with `null` to delete. */
export type OwnEntry = readonly [key: string, value: Value | null];

/** Whatever can be written, as plain data: every method that writes makes one of these. */
export type Write =
  | {
      readonly kind: "put";
      readonly container: string;
      /** The last of several for one key holds. */
      readonly entries: readonly OwnEntry[];
    }
  | {
      readonly kind: "update";
      readonly container: string;
      readonly key: string;
      /** The form in which the value is handed to `change`. */
      readonly form: Form;
      /** Answers the new value, or `null` to delete; `undefined` to leave things as they are. May be called again, on a newer state. */
      readonly change: (value: Value | undefined) => Value | null | undefined;
    }
  | { readonly kind: "add" | "delete" | "clear"; readonly container: string }
  | { readonly kind: "clearAll" };

export interface OwnContainer {
  /** Whether the snapshot has it. */
  readonly existed: boolean;
  exists: boolean;
  hidesBase: boolean;
  items: SortedMap<Value | null>;
}

export class Overlay {
  readonly containers: Map<string, OwnContainer> = new Map();
  /** Whether a write depended on what was read, which must be unchanged at commit. */
  needsBase = false;

  /** Whether anything was written at all. */
  get isEmpty(): boolean {
    return this.containers.size === 0 && !this.needsBase;
  }

  /** The own state of a container; made now, where it has none. */
  own(container: string, existed: boolean): OwnContainer {
    let own = this.containers.get(container);
    if (own === undefined) {
      own = { existed, exists: existed, hidesBase: !existed, items: sortedMap() };
      this.containers.set(container, own);
    }
    return own;
  }

  /** What an engine must do to make it so. */
  changes(): Changes {
    const changes: ContainerChanges[] = [];
    for (const [container, own] of this.containers) {
      const action = actionOf(own);
      if (action === undefined) continue;
      const { items } = own;
      const entries = { [Symbol.iterator]: () => items.entries(undefined, []) };
      changes.push({ container, action, entries, size: items.size });
    }
    return changes.sort((a, b) => compareKeys(a.container, b.container));
  }
}

function actionOf(own: OwnContainer): ContainerChanges["action"] | undefined {
  if (!own.existed) return own.exists ? "create" : undefined;
  if (!own.exists) return "delete";
  return own.hidesBase ? "clear" : "keep";
}

export function put(own: OwnContainer, key: string, value: Value | null): void {
  if (value === null && own.hidesBase) own.items.delete(key);
  else own.items.set(key, value);
}

/** Empties it; what it held before is neither seen nor kept. */
export function wipe(own: OwnContainer, exists: boolean): void {
  own.exists = exists;
  own.hidesBase = true;
  // A new map rather than an emptied one: an iteration may still show the old.
  own.items = sortedMap();
}
