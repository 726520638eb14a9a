/**
 * One connection to the database: its statements, and the tables that it knows.
 *
 * Invariants:
 * 1. No statement is left half stepped: every result is fetched within the call. (An open `iterate()` locks its connection.)
 * 2. `#tables` is true of the schema version `#schema`. Each container that comes or goes changes that version.
 */
import type { As, Durability } from "@caterpillar/storage-core/driver";
import type { Database, OpenDatabase, RunResult, Statement } from "./sqlite.ts";

/** Prepared statements that are kept; a statement takes 2 µs to prepare and a few KiB to keep. */
const MAX_STATEMENTS = 200;

/** A table of more rows is not emptied in one statement: for a hundred thousand that takes 20 ms. */
const LARGE = 2000;
/** Rows of a retired table that are deleted at once, and for how many milliseconds a commit does that. */
const COLLECTED = 64;
const COLLECTING_MS = 1;

/** What is left of the write-ahead log after a checkpoint, in bytes: a long snapshot makes it grow, and nothing else shrinks it. */
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;

interface Lookups {
  readonly value: Statement;
  readonly presence: Statement;
}

interface Writes {
  readonly set: Statement;
  readonly remove: Statement;
}

/** Opens a connection to what is there. It waits for no lock of others. */
export function connect(
  openDatabase: OpenDatabase,
  path: string,
  { readonly }: { readonly readonly: boolean },
): Connection {
  const db = openDatabase(path, { readonly, fileMustExist: true, timeout: 0 });
  try {
    if (!readonly) db.exec(`PRAGMA journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
  } catch (error) {
    db.close();
    throw error;
  }
  return new Connection(db);
}

export class Connection {
  readonly #db: Database;
  #statements = new Map<string, Statement>();
  readonly #tables = new Map<string, string>();
  readonly #lookups = new Map<string, Lookups>();
  readonly #writes = new Map<string, Writes>();
  #schema: unknown;
  #synced: Durability | undefined;
  /** How long it waits for locks, in milliseconds. */
  #patience = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /**
   * Begins a read transaction, pinned: `BEGIN` alone fixes no snapshot, the first read of the file does. The schema version is
   * that read.
   */
  pin(): void {
    this.run("BEGIN");
    try {
      this.look();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /**
   * Takes the write lock: by itself, or for the pinned snapshot if it is still the newest state (`SQLITE_BUSY_SNAPSHOT` if not). Where others have it, that fails at once,
   * or blocks the thread for so many milliseconds at most.
   */
  lock(patience = 0): void {
    if (this.inTransaction) {
      // Any write statement asks for the lock, also one that has nothing to do.
      this.run("DELETE FROM containers WHERE 0");
      return;
    }
    if (patience !== this.#patience) this.#db.exec(`PRAGMA busy_timeout = ${patience}`);
    this.#patience = patience;
    this.run("BEGIN IMMEDIATE");
    this.look();
  }

  /** Another number for each commit that was not made on this connection. https://www.sqlite.org/pragma.html#pragma_data_version */
  version(): number {
    return this.value("PRAGMA data_version") as number;
  }

  /** Commits what was written, or just ends the reading. Nothing to do where there is no transaction. */
  commit(): void {
    if (this.inTransaction) this.run("COMMIT");
  }

  /** Ends whatever transaction there is. Tables that were made in it are forgotten. */
  rollback(): void {
    if (!this.inTransaction) return;
    this.run("ROLLBACK");
    this.#forget();
  }

  /** Sets what the next commits survive. Not within a transaction. */
  sync(durability: Durability): void {
    if (this.#synced === durability) return;
    const full = durability === "power-loss";
    // macOS syncs to the drive's own cache only, unless it is told to go further; elsewhere the second pragma does nothing.
    this.#db.exec(
      `PRAGMA synchronous = ${full ? "FULL" : "NORMAL"}; PRAGMA fullfsync = ${full ? "ON" : "OFF"}`,
    );
    this.#synced = durability;
  }

  /** The table that a container had when it was last looked for. Its number is never given to another one. */
  knownTableOf(container: string): string | undefined {
    return this.#tables.get(container);
  }

  /** The table of a container, or `undefined` if there is no such container. */
  tableOf(container: string): string | undefined {
    const known = this.#tables.get(container);
    if (known !== undefined) return known;
    const id = this.value("SELECT id FROM containers WHERE name = ?", container);
    if (id === undefined) return undefined;
    const table = `c${id}`;
    this.#tables.set(container, table);
    return table;
  }

  /** What answers the value of a key of the table, or anything where it is only asked whether there is one. */
  lookupIn(table: string, as: As): Statement {
    const { value, presence } = this.#of(this.#lookups, table, () => ({
      value: this.#db.prepare(`SELECT v FROM ${table} WHERE k = ?`).pluck(),
      presence: this.#db.prepare(`SELECT '' FROM ${table} WHERE k = ?`).pluck(),
    }));
    return as === "presence" ? presence : value;
  }

  /** What sets and what deletes an item of the table. A value that is the same is not written. */
  writesTo(table: string): Writes {
    return this.#of(this.#writes, table, () => ({
      set: this.#db.prepare(`INSERT INTO ${table} (k, v) VALUES (?, ?)
        ON CONFLICT (k) DO UPDATE SET v = excluded.v WHERE v IS NOT excluded.v`),
      remove: this.#db.prepare(`DELETE FROM ${table} WHERE k = ?`),
    }));
  }

  #of<T>(kept: Map<string, T>, table: string, prepare: () => T): T {
    const known = kept.get(table);
    if (known !== undefined) return known;
    if (kept.size >= MAX_STATEMENTS) kept.clear();
    const prepared = prepare();
    kept.set(table, prepared);
    return prepared;
  }

  createTable(container: string): string {
    const { lastInsertRowid } = this.run("INSERT INTO containers (name) VALUES (?)", container);
    const table = `c${lastInsertRowid}`;
    this.#db.exec(`CREATE TABLE ${table} (k TEXT NOT NULL PRIMARY KEY, v NOT NULL)`);
    this.#tables.set(container, table);
    return table;
  }

  dropTable(container: string, table: string): void {
    if (this.#isLarge(table)) this.#retire(table);
    else this.#db.exec(`DROP TABLE ${table}`);
    this.#unlist(container);
  }

  /** Deletes all rows: of a large table, by putting a new one in its place. Answers the container's table, and whether a row was changed. */
  clearTable(container: string, table: string): { table: string; changed: boolean } {
    if (!this.#isLarge(table)) {
      return { table, changed: this.run(`DELETE FROM ${table}`).changes > 0 };
    }
    this.#retire(table);
    this.#unlist(container);
    return { table: this.createTable(container), changed: true };
  }

  /** Deletes rows of tables that were retired, for about a millisecond. Answers whether there may be more. */
  collect(): boolean {
    const began = performance.now();
    do {
      const id = this.value("SELECT id FROM garbage LIMIT 1");
      if (id === undefined) return false;
      const rows = `SELECT rowid FROM g${id} LIMIT ${COLLECTED}`;
      if (this.run(`DELETE FROM g${id} WHERE rowid IN (${rows})`).changes === COLLECTED) continue;
      this.#db.exec(`DROP TABLE g${id}`);
      this.run("DELETE FROM garbage WHERE id = ?", id);
    } while (performance.now() - began < COLLECTING_MS);
    return true;
  }

  #unlist(container: string): void {
    this.run("DELETE FROM containers WHERE name = ?", container);
    this.#tables.delete(container);
  }

  #isLarge(table: string): boolean {
    return this.value(`SELECT 1 FROM ${table} LIMIT 1 OFFSET ${LARGE}`) !== undefined;
  }

  /** Under another name, so that nobody who knew the table takes it for the container. What others have made of it, such as views, is left as it is. */
  #retire(table: string): void {
    const id = Number(table.slice(1));
    this.#db.exec(`PRAGMA legacy_alter_table = ON; ALTER TABLE ${table} RENAME TO g${id}`);
    this.run("INSERT INTO garbage VALUES (?)", id);
  }

  /** Runs statements that answer nothing and are not run again. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run(sql: string, ...parameters: unknown[]): RunResult {
    return this.statement(sql).run(...parameters);
  }

  /** The first column of the first row, or `undefined`. */
  value(sql: string, ...parameters: unknown[]): unknown {
    return this.statement(sql, "pluck").get(...parameters);
  }

  /** The first column of all rows. */
  column(sql: string, ...parameters: unknown[]): unknown[] {
    return this.statement(sql, "pluck").all(...parameters);
  }

  /** All rows, as arrays. */
  rows(sql: string, ...parameters: unknown[]): unknown[] {
    return this.statement(sql, "raw").all(...parameters);
  }

  /** A prepared statement. One text is always asked for in one mode. */
  statement(sql: string, mode?: "raw" | "pluck"): Statement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements = new Map();
    const statement = this.#db.prepare(sql);
    if (mode !== undefined) statement[mode]();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Reads the schema version, and forgets the tables where it is another. */
  look(): void {
    const schema = this.value("PRAGMA schema_version");
    if (schema === this.#schema) return;
    this.#forget();
    this.#schema = schema;
  }

  close(): void {
    this.#db.close();
  }

  #forget(): void {
    this.#tables.clear();
    this.#statements.clear();
    this.#lookups.clear();
    this.#writes.clear();
    this.#schema = undefined;
  }
}
