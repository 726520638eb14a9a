/** LevelDB by hand: classic-level with its synchronous reads, iterators that read ahead, and chained batches. */
import { ClassicLevel } from "classic-level";
import type { Contender, HeldSnapshot, Pair, Session } from "../contender.ts";

/** The default of 16 KiB holds four values of 4 KB, and makes an iterator wait for each four. */
const READ_AHEAD = { highWaterMarkBytes: 1 << 20 };
/** So many entries are asked for at once. */
const AT_ONCE = 1000;

export const rawLeveldb: Contender = {
  name: "raw-leveldb",
  title: "classic-level",
  engine: "leveldb",
  kind: "raw",
  ordered: true,
  about:
    "a database of text; `getSync()`, iterators with `nextv()` that read 1 MiB ahead, chained batches",
  durability: {
    "power-loss": "`sync: true` at each write",
    "process-crash": "`sync: false`, the default",
  },
  notes: {
    setAtOnce: "one write each, of which LevelDB joins those that wait",
    update: "LevelDB has no transactions: a queue in JavaScript keeps the callers apart",
    clear: "`clear()`, which deletes one key after another, not in one step and without a sync",
  },
  packages: ["classic-level"],
  async open(path, { create, durability }) {
    const db = new ClassicLevel<string, string>(path, { createIfMissing: create });
    await db.open();
    return new RawLevelSession(db, durability === "power-loss");
  },
};

class RawLevelSession implements Session {
  readonly #db: ClassicLevel<string, string>;
  readonly #how: { readonly sync: boolean };
  #last: Promise<void> = Promise.resolve();

  constructor(db: ClassicLevel<string, string>, sync: boolean) {
    this.#db = db;
    this.#how = { sync };
  }

  get(key: string): string | undefined {
    return this.#db.getSync(key);
  }

  /** Nothing is written between the gets of one turn of the event loop. */
  getMany(keys: readonly string[], see: (value: string | undefined) => void): void {
    for (const key of keys) see(this.#db.getSync(key));
  }

  pageAfter(key: string, limit: number): Promise<Pair[]> {
    return this.#db.iterator({ gt: key, limit, ...READ_AHEAD }).all();
  }

  async eachEntry(see: (key: string, value: string) => void): Promise<void> {
    const iterator = this.#db.iterator(READ_AHEAD);
    try {
      for (;;) {
        const entries = await iterator.nextv(AT_ONCE);
        if (entries.length === 0) return;
        for (const [key, value] of entries) see(key, value);
      }
    } finally {
      await iterator.close();
    }
  }

  async eachWithPrefix(prefix: string, see: (key: string, value: string) => void): Promise<void> {
    const range = { gte: prefix, lt: `${prefix}\u{10FFFF}`, ...READ_AHEAD };
    for (const [key, value] of await this.#db.iterator(range).all()) see(key, value);
  }

  async eachKey(see: (key: string) => void): Promise<void> {
    const iterator = this.#db.keys(READ_AHEAD);
    try {
      for (;;) {
        const keys = await iterator.nextv(AT_ONCE);
        if (keys.length === 0) return;
        for (const key of keys) see(key);
      }
    } finally {
      await iterator.close();
    }
  }

  /** LevelDB keeps no number of its entries. */
  async count(): Promise<number> {
    let count = 0;
    await this.eachKey(() => {
      count++;
    });
    return count;
  }

  set(key: string, value: string): Promise<void> {
    return this.#db.put(key, value, this.#how);
  }

  delete(key: string): Promise<void> {
    return this.#db.del(key, this.#how);
  }

  async load(entries: readonly Pair[]): Promise<void> {
    const batch = this.#db.batch();
    for (const [key, value] of entries) batch.put(key, value);
    await batch.write(this.#how);
  }

  update(key: string, change: (value: string | undefined) => string): Promise<void> {
    this.#last = this.#last.then(() => this.#db.put(key, change(this.#db.getSync(key)), this.#how));
    return this.#last;
  }

  clear(): Promise<void> {
    return this.#db.clear();
  }

  snapshot(): HeldSnapshot {
    const snapshot = this.#db.snapshot();
    return {
      get: (key) => this.#db.getSync(key, { snapshot }),
      close: () => snapshot.close(),
    };
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
