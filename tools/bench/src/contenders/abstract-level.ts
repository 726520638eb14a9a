/** abstract-level, the interface that any of its databases has, here over classic-level: asynchronous throughout. */
import { ClassicLevel } from "classic-level";
import type { Contender, HeldSnapshot, Pair, Session } from "../contender.ts";

export const abstractLevel: Contender = {
  name: "abstract-level",
  title: "abstract-level",
  engine: "leveldb",
  kind: "peer",
  ordered: true,
  about:
    "classic-level, by the methods that every abstract-level database has; `for await` over iterators, arrays for batches",
  durability: {
    "power-loss": "`sync: true` at each write",
    "process-crash": "`sync: false`, the default",
  },
  notes: { clear: "`clear()`, not in one step and without a sync" },
  packages: ["classic-level"],
  async open(path, { create, durability }) {
    const db = new ClassicLevel<string, string>(path, { createIfMissing: create });
    await db.open();
    return new AbstractLevelSession(db, durability === "power-loss");
  },
};

class AbstractLevelSession implements Session {
  readonly #db: ClassicLevel<string, string>;
  readonly #how: { readonly sync: boolean };

  constructor(db: ClassicLevel<string, string>, sync: boolean) {
    this.#db = db;
    this.#how = { sync };
  }

  get(key: string): Promise<string | undefined> {
    return this.#db.get(key);
  }

  async getMany(keys: readonly string[], see: (value: string | undefined) => void): Promise<void> {
    for (const value of await this.#db.getMany([...keys])) see(value);
  }

  pageAfter(key: string, limit: number): Promise<Pair[]> {
    return this.#db.iterator({ gt: key, limit }).all();
  }

  async eachEntry(see: (key: string, value: string) => void): Promise<void> {
    for await (const [key, value] of this.#db.iterator()) see(key, value);
  }

  async eachWithPrefix(prefix: string, see: (key: string, value: string) => void): Promise<void> {
    const range = { gte: prefix, lt: `${prefix}\u{10FFFF}` };
    for await (const [key, value] of this.#db.iterator(range)) see(key, value);
  }

  async eachKey(see: (key: string) => void): Promise<void> {
    for await (const key of this.#db.keys()) see(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.#db.put(key, value, this.#how);
  }

  delete(key: string): Promise<void> {
    return this.#db.del(key, this.#how);
  }

  load(entries: readonly Pair[]): Promise<void> {
    return this.#db.batch(
      entries.map(([key, value]) => ({ type: "put", key, value })),
      this.#how,
    );
  }

  clear(): Promise<void> {
    return this.#db.clear();
  }

  snapshot(): HeldSnapshot {
    const snapshot = this.#db.snapshot();
    return {
      get: (key) => this.#db.get(key, { snapshot }),
      close: () => snapshot.close(),
    };
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
