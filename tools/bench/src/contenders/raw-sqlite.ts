/** SQLite by hand: better-sqlite3 with prepared statements, in WAL mode. */
import Sqlite from "better-sqlite3";
import type { Contender, HeldSnapshot, Pair, Session } from "../contender.ts";

/** A row of more than a twentieth of a page is better kept in a table with row ids. https://www.sqlite.org/withoutrowid.html */
const LARGEST_ROW_WITHOUT_ROWID = 200;

export const rawSqlite: Contender = {
  name: "raw-sqlite",
  title: "better-sqlite3",
  engine: "sqlite",
  kind: "raw",
  ordered: true,
  about:
    "`kv(key TEXT PRIMARY KEY, value)`, `WITHOUT ROWID` for values of 100 bytes; prepared statements, in WAL mode; everything is synchronous",
  durability: {
    "power-loss": "`synchronous = FULL`",
    "process-crash": "`synchronous = NORMAL`",
  },
  notes: {
    setAtOnce: "one commit each",
    update: "a transaction each, without a pause between them",
    clear: "`DELETE FROM kv`",
  },
  packages: ["better-sqlite3"],
  async open(path, { create, durability, valueBytes }) {
    const db = new Sqlite(path);
    db.pragma("journal_mode = WAL");
    db.pragma(`synchronous = ${durability === "power-loss" ? "FULL" : "NORMAL"}`);
    if (create) {
      const shape = valueBytes <= LARGEST_ROW_WITHOUT_ROWID ? "WITHOUT ROWID" : "";
      db.exec(`CREATE TABLE kv (key TEXT NOT NULL PRIMARY KEY, value NOT NULL) ${shape}`);
    }
    return new RawSqliteSession(db, path);
  },
};

class RawSqliteSession implements Session {
  readonly #db: Sqlite.Database;
  readonly #path: string;
  readonly #get: Sqlite.Statement<[string], string>;
  readonly #set: Sqlite.Statement<[string, string]>;
  readonly #delete: Sqlite.Statement<[string]>;
  readonly #entries: Sqlite.Statement<[], [string, string]>;
  readonly #page: Sqlite.Statement<[string, number], [string, string]>;
  readonly #range: Sqlite.Statement<[string, string], [string, string]>;
  readonly #keys: Sqlite.Statement<[], string>;
  readonly #count: Sqlite.Statement<[], number>;
  readonly #clear: Sqlite.Statement<[]>;
  readonly #getAll: (keys: readonly string[], see: (value: string | undefined) => void) => void;
  readonly #setAll: (entries: readonly Pair[]) => void;
  readonly #change: (key: string, change: (value: string | undefined) => string) => void;

  constructor(db: Sqlite.Database, path: string) {
    this.#db = db;
    this.#path = path;
    this.#get = db.prepare<[string], string>("SELECT value FROM kv WHERE key = ?").pluck();
    this.#set = db.prepare(
      "INSERT INTO kv VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    this.#delete = db.prepare("DELETE FROM kv WHERE key = ?");
    this.#entries = db
      .prepare<[], [string, string]>("SELECT key, value FROM kv ORDER BY key")
      .raw();
    this.#page = db
      .prepare<[string, number], [string, string]>(
        "SELECT key, value FROM kv WHERE key > ? ORDER BY key LIMIT ?",
      )
      .raw();
    this.#range = db
      .prepare<[string, string], [string, string]>(
        "SELECT key, value FROM kv WHERE key >= ? AND key < ? ORDER BY key",
      )
      .raw();
    this.#keys = db.prepare<[], string>("SELECT key FROM kv ORDER BY key").pluck();
    this.#count = db.prepare<[], number>("SELECT count(*) FROM kv").pluck();
    this.#clear = db.prepare("DELETE FROM kv");
    this.#getAll = db.transaction(
      (keys: readonly string[], see: (value: string | undefined) => void) => {
        for (const key of keys) see(this.#get.get(key));
      },
    );
    this.#setAll = db.transaction((entries: readonly Pair[]) => {
      for (const [key, value] of entries) this.#set.run(key, value);
    });
    this.#change = db.transaction((key: string, change: (value: string | undefined) => string) => {
      this.#set.run(key, change(this.#get.get(key)));
    }).immediate;
  }

  get(key: string): string | undefined {
    return this.#get.get(key);
  }

  getMany(keys: readonly string[], see: (value: string | undefined) => void): void {
    this.#getAll(keys, see);
  }

  pageAfter(key: string, limit: number): Pair[] {
    return this.#page.all(key, limit);
  }

  eachEntry(see: (key: string, value: string) => void): void {
    for (const [key, value] of this.#entries.iterate()) see(key, value);
  }

  eachWithPrefix(prefix: string, see: (key: string, value: string) => void): void {
    for (const [key, value] of this.#range.all(prefix, `${prefix}\u{10FFFF}`)) see(key, value);
  }

  eachKey(see: (key: string) => void): void {
    for (const key of this.#keys.iterate()) see(key);
  }

  count(): number {
    return this.#count.get() as number;
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }

  delete(key: string): void {
    this.#delete.run(key);
  }

  load(entries: readonly Pair[]): void {
    this.#setAll(entries);
  }

  update(key: string, change: (value: string | undefined) => string): void {
    this.#change(key, change);
  }

  clear(): void {
    this.#clear.run();
  }

  /** A read transaction is on a connection of its own. */
  snapshot(): HeldSnapshot {
    const db = new Sqlite(this.#path, { readonly: true });
    const get = db.prepare<[string], string>("SELECT value FROM kv WHERE key = ?").pluck();
    db.exec("BEGIN");
    get.get("");
    return {
      get: (key) => get.get(key),
      close: () => db.close(),
    };
  }

  close(): void {
    this.#db.close();
  }
}
