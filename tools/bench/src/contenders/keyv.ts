/** keyv with its SQLite adapter, which uses node:sqlite. */
import KeyvSqlite from "@keyv/sqlite";
import Keyv from "keyv";
import type { Contender, Pair, Session } from "../contender.ts";

export const keyv: Contender = {
  name: "keyv",
  title: "keyv",
  engine: "sqlite",
  kind: "peer",
  ordered: false,
  about:
    "`@keyv/sqlite` with `wal: true`, on node:sqlite, which it prefers; its own table and serialization",
  durability: {
    "power-loss": "`PRAGMA synchronous = FULL`, by the adapter's `query()`",
    "process-crash": "`PRAGMA synchronous = NORMAL`, by the adapter's `query()`",
  },
  notes: {
    load: "`setMany()`: commits of 249 entries, not one transaction",
    scan: "`iterator()` with `iterationLimit: 1000`",
  },
  packages: ["keyv", "@keyv/sqlite"],
  async open(path, { durability }) {
    const store = new KeyvSqlite({ uri: `sqlite://${path}`, wal: true, iterationLimit: 1000 });
    await store.query(`PRAGMA synchronous = ${durability === "power-loss" ? "FULL" : "NORMAL"}`);
    const all = new Keyv<string>({ store, throwOnErrors: true });
    return new KeyvSession(all);
  },
};

class KeyvSession implements Session {
  readonly #keyv: Keyv<string>;

  constructor(all: Keyv<string>) {
    this.#keyv = all;
  }

  get(key: string): Promise<string | undefined> {
    return this.#keyv.get(key);
  }

  async getMany(keys: readonly string[], see: (value: string | undefined) => void): Promise<void> {
    for (const value of await this.#keyv.getMany([...keys])) see(value);
  }

  async eachEntry(see: (key: string, value: string) => void): Promise<void> {
    for await (const [key, value] of this.#keyv.iterator()) see(key, value);
  }

  set(key: string, value: string): Promise<boolean> {
    return this.#keyv.set(key, value);
  }

  delete(key: string): Promise<boolean> {
    return this.#keyv.delete(key);
  }

  async load(entries: readonly Pair[]): Promise<void> {
    await this.#keyv.setMany(entries.map(([key, value]) => ({ key, value })));
  }

  clear(): Promise<void> {
    return this.#keyv.clear();
  }

  close(): Promise<void> {
    return this.#keyv.disconnect();
  }
}
