/** How lmdb-js is opened, and the part of it that is used. */
import { setTimeout as sleep } from "node:timers/promises";
import { openAsClass, type RootDatabaseOptionsWithPath, type Transaction } from "lmdb";

/** A view of the database, of lmdb-js. */
export type View = Transaction;

export interface RangeOptions {
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly reverse: boolean;
  /** So many entries are passed over first. */
  readonly offset?: number;
  readonly exclusiveStart: boolean;
  readonly inclusiveEnd: boolean;
  readonly transaction: View;
}

/** The same, with values in text. */
export interface TextDatabase {
  get(key: string, options?: { transaction: View }): string | undefined;
  getRange(options: RangeOptions): Iterable<{ key: string; value: string }>;
}

export interface Database {
  get(key: string, options?: { transaction: View }): Buffer | undefined;
  doesExist(key: string, version?: undefined, options?: { transaction: View }): boolean;
  getRange(options: RangeOptions): Iterable<{ key: string; value: Buffer }>;
  getKeys(options: RangeOptions): Iterable<string>;
  resetReadTxn(): void;
  useReadTransaction(): View;
  put(key: string, value: Uint8Array): unknown;
  remove(key: string): unknown;
  batch(write: () => void): Promise<boolean>;
  ifVersion(key: string, version: number, write: () => void): Promise<boolean>;
  ifNoExists(key: string, write: () => void): Promise<boolean>;
  close(): Promise<void>;
}

/** The database as it is read in text: lmdb-js asks for the encoding at each read. Bytes that are not UTF-8 come with U+FFFD in them. */
export function inText(db: Database): TextDatabase {
  return Object.create(db, { encoding: { value: "string" } }) as TextDatabase;
}

/** Snapshots of different states that all threads and processes together can hold at once. The first one to open a database decides. */
export const MAX_SNAPSHOTS = 2000;

/** Keys of up to so many units are written unit by unit: a call of `Buffer` takes longer than that, and one key in each lookup makes it an eighth of a `getMany`. */
const SHORT = 64;

/** Writes the key, if it is ASCII; tells whether it was. */
function writeAscii(key: string, target: Buffer, position: number): boolean {
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 0x7f) return false;
    target[position + i] = unit;
  }
  return true;
}

/** Keys are their UTF-8 bytes, so that LMDB's order is the contract's. */
const keyEncoder = {
  writeKey(key: string, target: Buffer, position: number): number {
    const { length } = key;
    const room = target.length - position;
    // lmdb-js takes a larger buffer then. `write` would cut the key off and say nothing.
    if (length * 3 > room && Buffer.byteLength(key) > room) throw new RangeError("no room");
    if (length <= SHORT && writeAscii(key, target, position)) return position + length;
    return position + target.write(key, position, "utf8");
  },
  readKey: (source: Buffer, start: number, end: number): string =>
    source.toString("utf8", start, end),
};

function optionsFor(path: string): RootDatabaseOptionsWithPath {
  return {
    path,
    noSubdir: false,
    encoding: "binary",
    keyEncoder,
    // Others must not see a commit before it is synced.
    overlappingSync: false,
    // A commit that fails ends the process otherwise.
    eventTurnBatching: false,
    // A batch is handed over when it is complete: LMDB's lock is never held for our code.
    batchStartThreshold: Number.MAX_SAFE_INTEGER,
    maxReaders: MAX_SNAPSHOTS,
  } as RootDatabaseOptionsWithPath;
}

interface Opening {
  readonly db: unknown;
  isRoot: boolean;
  close(): Promise<void>;
  resetReadTxn(): void;
  ensureReadTxn(): void;
  transactionSync<T>(callback: () => T, flags?: number): T;
}

type Opens = new (name: null, options: object) => Opening;

const EINVAL = 22;
/** How often a database is opened that others are closing, and the longest pause between, in milliseconds. */
const TRIES = 200;
const LONGEST_PAUSE = 20;

/**
 * Opens the database; again, where somebody else was closing it. Whoever closes it last takes its mutexes apart while holding the lock file alone,
 * and who opens it at that moment waits for the file, but takes what is in it for whole: every call fails then, until all who came by
 * that way have left. https://github.com/kriszyp/lmdb-js/blob/master/dependencies/lmdb/libraries/liblmdb/mdb.c: `mdb_env_close_active`
 */
export async function openDatabase(path: string): Promise<Database> {
  for (let tries = 1; ; tries++) {
    try {
      return tryToOpen(path);
    } catch (error) {
      if ((error as { code?: unknown }).code !== EINVAL || tries === TRIES) throw error;
    }
    await sleep(Math.random() * LONGEST_PAUSE);
  }
}

/**
 * lmdb-js opens in a write transaction, and would block the thread for as long as another process commits; for the one unnamed database that
 * is used here, a read transaction will do. Where that fails it keeps the database open, and nobody else could close it.
 */
function tryToOpen(path: string): Database {
  const Store = openAsClass(optionsFor(path)) as unknown as Opens;
  class Opener extends Store {
    override transactionSync<T>(callback: () => T, flags?: number): T {
      if (this.db !== undefined) return super.transactionSync(callback, flags);
      try {
        this.resetReadTxn();
        this.ensureReadTxn();
        return callback();
      } catch (error) {
        this.isRoot = true;
        this.close();
        throw error;
      }
    }
  }
  const root = { ...optionsFor(path), create: false, isRoot: true };
  return new Opener(null, root) as unknown as Database;
}
