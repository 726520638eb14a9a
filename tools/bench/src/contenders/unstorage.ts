/** unstorage with its driver for SQL databases, on better-sqlite3. */
import { createDatabase } from "db0";
import sqlite from "db0/connectors/better-sqlite3";
import { createStorage, type Storage } from "unstorage";
import db0 from "unstorage/drivers/db0";
import type { Contender, Pair, Session } from "../contender.ts";

export const unstorage: Contender = {
  name: "unstorage",
  title: "unstorage",
  engine: "sqlite",
  kind: "peer",
  ordered: false,
  about: "its `db0` driver on better-sqlite3, in WAL mode; its own table",
  durability: {
    "power-loss": "`PRAGMA synchronous = FULL`, by the database that it is given",
    "process-crash": "`PRAGMA synchronous = NORMAL`, by the database that it is given",
  },
  notes: {
    load: "`setItems()`: a commit for each entry, no transaction",
    scan: "`getKeys()`, then `getItems()` by the thousand",
    range: "`getKeys()`, then `getItems()`",
  },
  packages: ["unstorage", "db0"],
  async open(path, { durability }) {
    const database = createDatabase(sqlite({ path }));
    await database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === "power-loss" ? "FULL" : "NORMAL"}`,
    );
    const storage = createStorage<string>({ driver: db0({ database }) });
    return new UnstorageSession(storage, () => database.dispose());
  },
};

/** So many items are asked for at once. */
const AT_ONCE = 1000;

class UnstorageSession implements Session {
  readonly #storage: Storage<string>;
  readonly #dispose: () => Promise<void>;

  constructor(storage: Storage<string>, dispose: () => Promise<void>) {
    this.#storage = storage;
    this.#dispose = dispose;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#storage.getItem(key)) ?? undefined;
  }

  async getMany(keys: readonly string[], see: (value: string | undefined) => void): Promise<void> {
    for (const { value } of await this.#storage.getItems([...keys])) see(value ?? undefined);
  }

  async eachEntry(see: (key: string, value: string) => void): Promise<void> {
    await this.#each(await this.#storage.getKeys(), see);
  }

  async eachWithPrefix(prefix: string, see: (key: string, value: string) => void): Promise<void> {
    await this.#each(await this.#storage.getKeys(prefix), see);
  }

  async eachKey(see: (key: string) => void): Promise<void> {
    for (const key of await this.#storage.getKeys()) see(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.#storage.setItem(key, value);
  }

  delete(key: string): Promise<void> {
    return this.#storage.removeItem(key);
  }

  load(entries: readonly Pair[]): Promise<void> {
    return this.#storage.setItems(entries.map(([key, value]) => ({ key, value })));
  }

  clear(): Promise<void> {
    return this.#storage.clear();
  }

  async close(): Promise<void> {
    await this.#storage.dispose();
    await this.#dispose();
  }

  async #each(keys: string[], see: (key: string, value: string) => void): Promise<void> {
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const items = await this.#storage.getItems(keys.slice(from, from + AT_ONCE));
      for (const { key, value } of items) see(key, value);
    }
  }
}
