/**
 * The part of better-sqlite3 that this driver uses, and how it is loaded.
 * https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md
 */
import { StorageUnsupportedError } from "@caterpillar/storage-core/driver";

export interface RunResult {
  /** How many rows were changed. */
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

/** A prepared statement. Rows come as arrays after `raw()`, as their first column after `pluck()`. */
export interface Statement {
  run(...parameters: unknown[]): RunResult;
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  raw(): this;
  pluck(): this;
}

export interface Database {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): unknown;
}

interface DatabaseOptions {
  readonly readonly?: boolean;
  readonly fileMustExist?: boolean;
  readonly timeout?: number;
}

export type OpenDatabase = (source: string | Buffer, options: DatabaseOptions) => Database;

/** The Node-API that better-sqlite3 13 is built on. With an older one its native module crashes the process. */
const NODE_API = 10;

let loaded: Promise<OpenDatabase> | undefined;

/** Loads better-sqlite3 once, or rejects with `StorageUnsupportedError` where it cannot run. */
export function loadSqlite(
  nodeApi: string = process.versions["napi"] ?? "0",
): Promise<OpenDatabase> {
  if (Number(nodeApi) < NODE_API) {
    return Promise.reject(
      new StorageUnsupportedError(
        `the SQLite driver needs Node-API ${NODE_API}, which Node 22.14 and later have; this is Node ${process.version.slice(1)} with Node-API ${nodeApi}: use a newer Node`,
      ),
    );
  }
  loaded ??= load().catch((error: unknown) => {
    // Another time there may be a file handle for it.
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<OpenDatabase> {
  const { default: Sqlite } = await import("better-sqlite3");
  // The types of the package know options and methods of their own version; this file says what is used.
  return (source, options) => new Sqlite(withoutTrim(source), options) as unknown as Database;
}

/**
 * better-sqlite3 trims the name of the file, and would open another one than it was told. A NUL at the end stops the trimming, and
 * is the end of the name for SQLite.
 */
function withoutTrim(source: string | Buffer): string | Buffer {
  return typeof source === "string" && source !== source.trim() ? `${source}\0` : source;
}
