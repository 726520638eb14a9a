/**
 * The memory driver, with everything that drivers are free to do otherwise: pages of a few entries, which never say that they are the last; values in
 * the form that was not asked for; answers now at once, now by promise; arrays that cannot be changed, and a write that goes through its changes twice.
 */
import {
  type Driver,
  defineStorage,
  type Engine,
  type Entry,
  type MaybePromise,
  type Page,
  type Snapshot,
  type StorageOpener,
  type Value,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";

const MOST_ITEMS = 3;

let answers = 0;

/** Every third answer is a promise. */
function now<T>(answer: T): MaybePromise<T> {
  answers++;
  return answers % 3 === 0 ? Promise.resolve(answer) : answer;
}

/** The value in the other form: bytes for a text, and a text for bytes that are one. */
function otherwise(value: Value): Value {
  if (typeof value === "string") return new TextEncoder().encode(value);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return value;
  }
}

function pageOf<T>({ items, more }: Page<T>): Page<T> {
  return { items: Object.freeze([...items]), more: more || items.length > 0 };
}

class SmallSnapshot implements Snapshot {
  readonly inner: Snapshot;

  constructor(inner: Snapshot) {
    this.inner = inner;
  }

  async containers(): Promise<readonly string[]> {
    return Object.freeze([...(await this.inner.containers())]);
  }
  async has(container: string): Promise<boolean> {
    return await now(await this.inner.has(container));
  }
  async get(...args: Parameters<Snapshot["get"]>): Promise<Value | undefined> {
    const value = await this.inner.get(...args);
    return await now(value === undefined ? undefined : otherwise(value));
  }
  async getMany(...args: Parameters<Snapshot["getMany"]>): Promise<readonly (Value | undefined)[]> {
    const values = await this.inner.getMany(...args);
    return Object.freeze(values.map((value) => (value === undefined ? value : otherwise(value))));
  }
  async page(...[container, range, as]: Parameters<Snapshot["page"]>): Promise<Page<Entry>> {
    const limit = Math.min(range.limit, MOST_ITEMS);
    const { items, more } = await this.inner.page(container, { ...range, limit }, as);
    return pageOf({ items: items.map(([key, value]) => [key, otherwise(value)]), more });
  }
  async keys(...[container, range]: Parameters<Snapshot["keys"]>): Promise<Page<string>> {
    const limit = Math.min(range.limit, MOST_ITEMS);
    return pageOf(await this.inner.keys(container, { ...range, limit }));
  }
  count(container: string): MaybePromise<number> {
    return now(this.inner.count(container)) as MaybePromise<number>;
  }
  close(): MaybePromise<void> {
    return now(this.inner.close()) as MaybePromise<void>;
  }
}

class SmallEngine implements Engine {
  readonly #inner: Engine;

  constructor(inner: Engine) {
    this.#inner = inner;
  }

  snapshot(...args: Parameters<Engine["snapshot"]>): MaybePromise<Snapshot> {
    const inner = this.#inner.snapshot(...args);
    if (inner instanceof Promise) return inner.then((snapshot) => new SmallSnapshot(snapshot));
    return now(new SmallSnapshot(inner as Snapshot));
  }
  write(...[changes, { base, durability }]: Parameters<Engine["write"]>): MaybePromise<void> {
    for (const { entries } of changes) for (const _ of entries);
    const inner = base === undefined ? undefined : (base as SmallSnapshot).inner;
    return this.#inner.write(changes, { base: inner, durability });
  }
  close(): MaybePromise<void> {
    return this.#inner.close();
  }
}

const { driver: memory } = MemoryStorage;

const driver: Driver = {
  ...memory,
  name: "small memory",
  open: async (path, options) => new SmallEngine(await memory.open(path, options)),
};

export const storage: StorageOpener = defineStorage(driver);
