/** What a transaction sees: its snapshot with its own writes on top. All reads and all writes of a transaction end here. */
import { Cursor, type Shape } from "./cursor.ts";
import type { As, Snapshot } from "./driver.ts";
import { ContainerNotFoundError, DuplicateContainerError } from "./errors.ts";
import { compareKeys } from "./keys.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";
import { Overlay, type OwnContainer, type OwnEntry, put, type Write, wipe } from "./overlay.ts";
import type { Interval } from "./range.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import { copyInForm, inForm, type Value } from "./values.ts";

/** How many entries are set, or keys are looked up, between two looks at the clock. */
const STRIDE = 256;

export class View {
  readonly snapshot: Snapshot;
  readonly overlay: Overlay = new Overlay();
  /** Which containers the snapshot is known to have: asked once. */
  readonly #known = new Set<string>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
  }

  has(container: string): MaybePromise<boolean> {
    return this.overlay.containers.get(container)?.exists ?? this.#existed(container);
  }

  /** The names of all containers, in order. */
  containers(): MaybePromise<string[]> {
    const own = [...this.overlay.containers].map(([name, { exists }]) => ({ name, exists }));
    return chain(this.snapshot.containers(), (names) => {
      if (own.length === 0) return [...names];
      const all = new Set(names);
      for (const { name, exists } of own) {
        if (exists) all.add(name);
        else all.delete(name);
      }
      return [...all].sort(compareKeys);
    });
  }

  get(container: string, key: string, as: As): MaybePromise<Value | undefined> {
    return chain(this.#find(container), (own) => {
      const value = own?.items.get(key);
      if (value !== undefined) return value === null ? undefined : ownValue(value, as);
      if (own?.hidesBase) return undefined;
      return chain(this.snapshot.get(container, key, as), (found) => baseValue(found, as));
    });
  }

  /** The values in the order of the keys, `undefined` where missing. */
  getMany(container: string, keys: readonly string[], as: As): MaybePromise<(Value | undefined)[]> {
    return chain(this.#find(container), (own) => {
      if (own === undefined) {
        return chain(this.#fetch(container, keys, as), (found) =>
          found.map((value) => baseValue(value, as)),
        );
      }
      const answers: (Value | undefined)[] = new Array(keys.length);
      const asked: number[] = [];
      keys.forEach((key, i) => {
        const value = own.items.get(key);
        if (value !== undefined) answers[i] = value === null ? undefined : ownValue(value, as);
        else if (!own.hidesBase) asked.push(i);
      });
      if (asked.length === 0) return answers;
      const wanted = asked.map((i) => keys[i] as string);
      return chain(this.#fetch(container, wanted, as), (found) => {
        asked.forEach((i, j) => {
          answers[i] = baseValue(found[j], as);
        });
        return answers;
      });
    });
  }

  count(container: string): MaybePromise<number> {
    return chain(this.#find(container), (own) => {
      if (own === undefined) return this.snapshot.count(container);
      if (own.hidesBase) return own.items.size;
      const entries = own.items.toArray();
      if (entries.length === 0) return this.snapshot.count(container);
      const keys = entries.map(([key]) => key);
      return chain(this.#fetch(container, keys, "presence"), (found) => {
        let change = 0;
        entries.forEach(([, value], i) => {
          if (found[i] === undefined) change += value === null ? 0 : 1;
          else if (value === null) change -= 1;
        });
        return chain(this.snapshot.count(container), (count) => count + change);
      });
    });
  }

  /** A walk that shows the state as it is now, whatever is written later. */
  walk<T>(container: string, interval: Interval, shape: Shape<T>): MaybePromise<Cursor<T>> {
    return chain(
      this.#find(container),
      (own) => new Cursor(this.snapshot, container, own, interval, shape),
    );
  }

  /** All of a range at once. */
  list<T>(container: string, interval: Interval, shape: Shape<T>): MaybePromise<readonly T[]> {
    return chain(this.walk(container, interval, shape), (cursor) =>
      chain(cursor.next(), (items) => (cursor.done ? items : withRest(items, cursor))),
    );
  }

  /** Makes one write part of the own writes: all of it, or none where it throws. */
  apply(write: Write): MaybePromise<void> {
    if (write.kind === "clearAll") return this.#clearAll();
    const { container } = write;
    return chain(this.#existed(container), (existed) => {
      const own = this.overlay.containers.get(container);
      const exists = own?.exists ?? existed;
      if (write.kind === "add") {
        if (exists) throw new DuplicateContainerError(container);
        this.overlay.own(container, existed).exists = true;
        return;
      }
      if (!exists) throw new ContainerNotFoundError(container);
      if (write.kind === "put") {
        if (write.entries.length === 0) return;
        return putAll(this.overlay.own(container, existed), write.entries);
      } else if (write.kind === "update") {
        return chain(this.get(container, write.key, write.form), (value) => {
          const next = write.change(value);
          if (next === undefined) return;
          this.overlay.needsBase = true;
          put(this.overlay.own(container, existed), write.key, next);
        });
      } else {
        wipe(this.overlay.own(container, existed), write.kind === "clear");
      }
    });
  }

  /** From the snapshot; where there are many keys, in slices. */
  #fetch(
    container: string,
    keys: readonly string[],
    as: As,
  ): MaybePromise<readonly (Value | undefined)[]> {
    if (keys.length <= STRIDE) return this.snapshot.getMany(container, keys, as);
    return this.#fetchInSlices(container, keys, as);
  }

  async #fetchInSlices(
    container: string,
    keys: readonly string[],
    as: As,
  ): Promise<readonly (Value | undefined)[]> {
    const values: (Value | undefined)[] = [];
    for (let from = 0; from < keys.length; from += STRIDE) {
      if (crowded()) await nextTurn();
      const slice = keys.slice(from, from + STRIDE);
      for (const value of await this.snapshot.getMany(container, slice, as)) values.push(value);
    }
    return values;
  }

  #clearAll(): MaybePromise<void> {
    return chain(this.snapshot.containers(), (names) => {
      this.overlay.needsBase = true;
      for (const name of names) this.#known.add(name);
      for (const name of names) this.overlay.own(name, true);
      for (const own of this.overlay.containers.values()) wipe(own, false);
    });
  }

  /** The own state of a container that exists; `undefined` where it has none. */
  #find(container: string): MaybePromise<OwnContainer | undefined> {
    const own = this.overlay.containers.get(container);
    if (own !== undefined) {
      if (!own.exists) throw new ContainerNotFoundError(container);
      return own;
    }
    return chain(this.#existed(container), (existed) => {
      if (!existed) throw new ContainerNotFoundError(container);
      return undefined;
    });
  }

  #existed(container: string): MaybePromise<boolean> {
    if (this.#known.has(container)) return true;
    const own = this.overlay.containers.get(container);
    if (own !== undefined) return own.existed;
    return chain(this.snapshot.has(container), (existed) => {
      if (existed) this.#known.add(container);
      return existed;
    });
  }
}

async function withRest<T>(first: readonly T[], cursor: Cursor<T>): Promise<readonly T[]> {
  const items = [...first];
  while (!cursor.done) {
    if (crowded()) await nextTurn();
    for (const item of await cursor.next()) items.push(item);
  }
  return items;
}

/** Nothing can fail any more, so many may be set in slices. */
function putAll(own: OwnContainer, entries: readonly OwnEntry[]): MaybePromise<void> {
  if (entries.length > STRIDE) return putInSlices(own, entries);
  for (const [key, value] of entries) put(own, key, value);
}

async function putInSlices(own: OwnContainer, entries: readonly OwnEntry[]): Promise<void> {
  let count = 0;
  for (const [key, value] of entries) {
    put(own, key, value);
    if (++count % STRIDE === 0 && crowded()) await nextTurn();
  }
}

function ownValue(value: Value, as: As): Value {
  return as === "presence" ? "" : copyInForm(value, as);
}

function baseValue(value: Value | undefined, as: As): Value | undefined {
  return value === undefined || as === "presence" ? value : inForm(value, as);
}
