/** LMDB by hand: lmdb-js with string values, reads synchronous and writes asynchronous, as it advises. */
import { open, type RootDatabase } from "lmdb";
import type { Contender, HeldSnapshot, Pair, Session } from "../contender.ts";

export const rawLmdb: Contender = {
  name: "raw-lmdb",
  title: "lmdb-js",
  engine: "lmdb",
  kind: "raw",
  ordered: true,
  about:
    'the root database, with `encoding: "string"`; reads are synchronous, writes are asynchronous; `overlappingSync` off, so that an awaited write is a durable one by its documentation',
  durability: { "power-loss": "data and root are synced at each commit" },
  notes: {
    setAtOnce: "lmdb-js commits together what was put in one turn of the event loop",
    update: "`transaction()`, whose callbacks share a commit",
    clear: "`clearAsync()`",
    count: "`getStats()`, which keeps the number",
  },
  packages: ["lmdb"],
  async open(path) {
    return new RawLmdbSession(
      open<string, string>({ path, encoding: "string", overlappingSync: false }),
    );
  },
};

class RawLmdbSession implements Session {
  readonly #db: RootDatabase<string, string>;

  constructor(db: RootDatabase<string, string>) {
    this.#db = db;
  }

  get(key: string): string | undefined {
    return this.#db.get(key);
  }

  /** All gets of one turn of the event loop are of one state. `getMany()` reads in another thread, which pays where data come from a disk. */
  getMany(keys: readonly string[], see: (value: string | undefined) => void): void {
    for (const key of keys) see(this.#db.get(key));
  }

  pageAfter(key: string, limit: number): Pair[] {
    const page: Pair[] = [];
    const range = { start: key, exclusiveStart: true, limit };
    for (const entry of this.#db.getRange(range)) page.push([entry.key, entry.value]);
    return page;
  }

  eachEntry(see: (key: string, value: string) => void): void {
    for (const { key, value } of this.#db.getRange()) see(key, value);
  }

  eachWithPrefix(prefix: string, see: (key: string, value: string) => void): void {
    const range = { start: prefix, end: `${prefix}\u{10FFFF}` };
    for (const { key, value } of this.#db.getRange(range)) see(key, value);
  }

  eachKey(see: (key: string) => void): void {
    for (const key of this.#db.getKeys()) see(key);
  }

  count(): number {
    return (this.#db.getStats() as { entryCount: number }).entryCount;
  }

  set(key: string, value: string): Promise<boolean> {
    return this.#db.put(key, value);
  }

  delete(key: string): Promise<boolean> {
    return this.#db.remove(key);
  }

  load(entries: readonly Pair[]): Promise<void> {
    return this.#db.transaction(() => {
      for (const [key, value] of entries) void this.#db.put(key, value);
    });
  }

  update(key: string, change: (value: string | undefined) => string): Promise<void> {
    return this.#db.transaction(() => {
      void this.#db.put(key, change(this.#db.get(key)));
    });
  }

  clear(): Promise<void> {
    return this.#db.clearAsync();
  }

  snapshot(): HeldSnapshot {
    // The read transaction of this turn of the event loop may be of an older state.
    this.#db.resetReadTxn();
    const transaction = this.#db.useReadTransaction();
    return {
      get: (key) => this.#db.get(key, { transaction }),
      close: () => transaction.done(),
    };
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
