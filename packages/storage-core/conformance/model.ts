/**
 * The contract as a program so simple that it is right: every state is a Map of Maps, a snapshot is a copy, order is that of Buffers.
 * What a driver answers is compared with what this answers.
 */
import type { Range } from "../src/range.ts";
import { byBytes } from "./hostile-keys.ts";

type State = Map<string, Map<string, string>>;

/** What a call came to: a value, or the code of the error that it is refused with. */
export type Answer = unknown;

/** The committed state, which all sessions share. */
export class Model {
  committed: State = new Map();
  /** Counts commits that wrote. */
  version = 0;
}

/** One session on the model. */
export class ModelSession {
  readonly #model: Model;
  #own: State | undefined;
  #base = 0;
  #wrote = false;

  constructor(model: Model) {
    this.#model = model;
  }

  get begun(): boolean {
    return this.#own !== undefined;
  }

  begin(): Answer {
    if (this.#own !== undefined) return "TRANSACTION_STATE";
    this.#own = copy(this.#model.committed);
    this.#base = this.#model.version;
    this.#wrote = false;
    return undefined;
  }

  commit(): Answer {
    const own = this.#own;
    if (own === undefined) return "TRANSACTION_STATE";
    this.#own = undefined;
    if (!this.#wrote) return undefined;
    if (this.#base !== this.#model.version) return "TRANSACTION_CONFLICT";
    this.#publish(own);
    return undefined;
  }

  rollback(): Answer {
    if (this.#own === undefined) return "TRANSACTION_STATE";
    this.#own = undefined;
    return undefined;
  }

  add(container: string): Answer {
    return this.#write((state) => {
      if (state.has(container)) return "DUPLICATE_CONTAINER";
      state.set(container, new Map());
      return undefined;
    });
  }

  drop(container: string): Answer {
    return this.#write((state) => (state.delete(container) ? undefined : "CONTAINER_NOT_FOUND"));
  }

  clearContainer(container: string): Answer {
    return this.#change(container, (items) => items.clear());
  }

  clear(): Answer {
    return this.#write((state) => {
      state.clear();
      return undefined;
    });
  }

  set(container: string, entries: readonly (readonly [string, string])[]): Answer {
    if (entries.length === 0) return this.#check(container);
    return this.#change(container, (items) => {
      for (const [key, value] of entries) items.set(key, value);
    });
  }

  delete(container: string, keys: readonly string[]): Answer {
    if (keys.length === 0) return this.#check(container);
    return this.#change(container, (items) => {
      for (const key of keys) items.delete(key);
    });
  }

  get(container: string, keys: readonly string[]): Answer {
    return this.#read(container, (items) => keys.map((key) => [key, items.get(key)]));
  }

  count(container: string): Answer {
    return this.#read(container, (items) => items.size);
  }

  entries(container: string, range: Range): Answer {
    return this.#read(container, (items) => inRange(items, range));
  }

  containers(): Answer {
    return [...this.#state().keys()].sort(byBytes);
  }

  #state(): State {
    return this.#own ?? this.#model.committed;
  }

  #read(container: string, read: (items: Map<string, string>) => Answer): Answer {
    const items = this.#state().get(container);
    return items === undefined ? "CONTAINER_NOT_FOUND" : read(items);
  }

  #change(container: string, change: (items: Map<string, string>) => void): Answer {
    return this.#write((state) => {
      const items = state.get(container);
      if (items === undefined) return "CONTAINER_NOT_FOUND";
      change(items);
      return undefined;
    });
  }

  /** Nothing to write is no write, but the container must be there. */
  #check(container: string): Answer {
    return this.#read(container, () => undefined);
  }

  /** Within a transaction, or as a commit by itself. */
  #write(write: (state: State) => Answer): Answer {
    const state = this.#own ?? copy(this.#model.committed);
    const answer = write(state);
    if (answer !== undefined) return answer;
    if (this.#own !== undefined) this.#wrote = true;
    else this.#publish(state);
    return undefined;
  }

  #publish(state: State): void {
    this.#model.committed = state;
    this.#model.version++;
  }
}

function copy(state: State): State {
  return new Map(Array.from(state, ([container, items]) => [container, new Map(items)]));
}

/** The entries of a range, one condition after another. */
export function inRange(items: ReadonlyMap<string, string>, range: Range): [string, string][] {
  const { gt, gte, lt, lte, prefix, reverse, limit } = range as Record<string, string> & Range;
  const entries = [...items].filter(
    ([key]) =>
      (gt === undefined || byBytes(key, String(gt)) > 0) &&
      (gte === undefined || byBytes(key, String(gte)) >= 0) &&
      (lt === undefined || byBytes(key, String(lt)) < 0) &&
      (lte === undefined || byBytes(key, String(lte)) <= 0) &&
      (prefix === undefined || key.startsWith(String(prefix))),
  );
  entries.sort(([a], [b]) => byBytes(a, b));
  if (reverse) entries.reverse();
  return limit === undefined ? entries : entries.slice(0, limit);
}
