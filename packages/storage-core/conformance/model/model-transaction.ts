/**
 * The contract of a transaction as a program so simple that it is right: a snapshot is a state that never changes, own writes make another
 * one, and to commit is to put it in the place of the committed one. A call outside of transactions is one of these with a single call in it.
 */
import type { Range } from "../../src/range.ts";
import { byBytes } from "../hostile-keys.ts";
import { inRange } from "./in-range.ts";
import { Refusal } from "./outcome.ts";
import type { Contents, ItemsState, State } from "./state.ts";
import { type StoredValue, storedFrom } from "./stored-value.ts";

/** What is committed, which all sessions share. */
export class Committed {
  state: State;
  /** Counts commits that wrote. */
  version = 0;

  constructor(state: State) {
    this.state = state;
  }
}

/** In what form values are asked for. */
export type Form = "text" | "any";

export class ModelTransaction {
  readonly #committed: Committed;
  readonly #base: number;
  readonly #readonly: boolean;
  #state: State;
  #wrote = false;
  /** It was committed or rolled back. */
  over = false;

  constructor(committed: Committed, readonly: boolean) {
    this.#committed = committed;
    this.#base = committed.version;
    this.#state = committed.state;
    this.#readonly = readonly;
  }

  commit(): void {
    this.over = true;
    if (!this.#wrote) return;
    if (this.#base !== this.#committed.version) throw new Refusal("TRANSACTION_CONFLICT");
    this.#committed.state = this.#state;
    this.#committed.version++;
  }

  rollback(): void {
    this.over = true;
  }

  addContainer(container: string): void {
    this.#mayWrite(container);
    if (this.#state.has(container)) throw new Refusal("DUPLICATE_CONTAINER");
    this.#put(container, new Map());
  }

  deleteContainer(container: string): void {
    this.#mayWrite(container);
    this.#items(container);
    this.#put(container, undefined);
  }

  clearContainer(container: string): void {
    this.#mayWrite(container);
    this.#items(container);
    this.#put(container, new Map());
  }

  clear(): void {
    this.#mayWrite();
    this.#state = new Map();
    this.#wrote = true;
  }

  hasContainer(container: string): boolean {
    checkName(container);
    return this.#state.has(container);
  }

  listContainers(): readonly string[] {
    return [...this.#state.keys()].sort(byBytes);
  }

  set(container: string, entries: readonly (readonly [string, StoredValue])[]): void {
    for (const [key, value] of entries) {
      checkKey(key);
      if (typeof value === "string" && !value.isWellFormed()) throw new Refusal("TypeError");
    }
    this.#change(container, entries.length > 0, (items) => {
      for (const [key, value] of entries) items.set(key, storedFrom(value));
    });
  }

  delete(container: string, keys: readonly string[]): void {
    for (const key of keys) checkKey(key);
    this.#change(container, keys.length > 0, (items) => {
      for (const key of keys) items.delete(key);
    });
  }

  /** Answers what is there then; nothing is there where `change` answers nothing. */
  update(
    container: string,
    key: string,
    change: (value: string | undefined) => string | undefined,
  ): string | undefined {
    checkKey(key);
    let answer: string | undefined;
    this.#change(container, true, (items) => {
      const value = items.get(key);
      answer = change(value === undefined ? undefined : inForm(value, "text"));
      if (answer === undefined) items.delete(key);
      else items.set(key, answer);
    });
    return answer;
  }

  get(container: string, key: string, form: Form): StoredValue | undefined {
    checkKey(key);
    const value = this.#items(container).get(key);
    return value === undefined ? undefined : inForm(value, form);
  }

  getMany(
    container: string,
    keys: readonly string[],
    form: Form,
  ): readonly [string, StoredValue | null][] {
    for (const key of keys) checkKey(key);
    this.#items(container);
    return keys.map((key) => [key, this.get(container, key, form) ?? null]);
  }

  has(container: string, key: string): boolean {
    checkKey(key);
    return this.#items(container).has(key);
  }

  count(container: string): number {
    return this.#items(container).size;
  }

  keys(container: string, range: Range): readonly string[] {
    return inRange(this.#items(container), range).map(([key]) => key);
  }

  entries(container: string, range: Range, form: Form): readonly [string, StoredValue][] {
    return inRange(this.#items(container), range).map(([key, value]) => [key, inForm(value, form)]);
  }

  look(): Contents {
    return contentsOf(this.#state);
  }

  #items(container: string): ItemsState {
    checkName(container);
    const items = this.#state.get(container);
    if (items === undefined) throw new Refusal("CONTAINER_NOT_FOUND");
    return items;
  }

  /** What is to be written is looked at before anything else, so the container may turn out to be missing. */
  #change(
    container: string,
    isWrite: boolean,
    change: (items: Map<string, StoredValue>) => void,
  ): void {
    this.#mayWrite(container);
    const items = new Map(this.#items(container));
    // Nothing to write is no write.
    if (!isWrite) return;
    change(items);
    this.#put(container, items);
  }

  #put(container: string, items: ItemsState | undefined): void {
    const state = new Map(this.#state);
    if (items === undefined) state.delete(container);
    else state.set(container, items);
    this.#state = state;
    this.#wrote = true;
  }

  #mayWrite(container?: string): void {
    if (container !== undefined) {
      checkName(container);
      if (container.startsWith("bh_")) throw new Refusal("RESERVED_NAME");
    }
    if (this.#readonly) throw new Refusal("STORAGE_READONLY");
  }
}

export function contentsOf(state: State): Contents {
  const names = [...state.keys()].sort(byBytes);
  return names.flatMap((container) => {
    const items = state.get(container) as ItemsState;
    const entries = inRange(items, {}).map(([key, value]) => [container, key, value] as const);
    return [[container, items.size] as const, ...entries];
  });
}

function inForm(value: StoredValue, form: "text"): string;
function inForm(value: StoredValue, form: Form): StoredValue;
function inForm(value: StoredValue, form: Form): StoredValue {
  if (form === "text" && typeof value !== "string") throw new Refusal("ENCODING");
  return value;
}

function checkName(name: string): void {
  if (!name.isWellFormed()) throw new Refusal("TypeError");
  const length = Buffer.byteLength(name);
  if (length === 0 || length > 512) throw new Refusal("LIMIT");
}

function checkKey(key: string): void {
  if (!key.isWellFormed()) throw new Refusal("TypeError");
  if (Buffer.byteLength(key) > 1024) throw new Refusal("LIMIT");
}
