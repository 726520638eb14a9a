/**
 * The interface for drivers: what an engine must do to become a storage.
 *
 * Three small interfaces. A {@link Driver} opens an {@link Engine}; an engine hands out {@link Snapshot}s and applies
 * {@link Changes} in one atomic step. All that callers see beyond that is the core's work: sessions, own writes, merged
 * reads, iteration, group commit, queues, retries, encodings, checks of arguments.
 *
 * What the core guarantees to a driver:
 *
 * - Names and keys are well-formed Unicode strings within the contract's limits. Values are strings (well-formed) or plain
 *   `Uint8Array`s that nobody will change. A driver checks none of this again.
 * - A container that is read exists in that snapshot: the core has asked `has` or `containers` before.
 * - `write` is called by one caller at a time for each engine. Reads, snapshots and one `write` may overlap.
 * - Nothing is called on a snapshot after its `close`, nor on an engine after its `close`; an engine is closed when its
 *   last snapshot is closed and no write is in flight.
 * - Engines of one thread are shared: two storages on one real path use one engine.
 *
 * What a driver guarantees to the core:
 *
 * - Order is that of the UTF-8 bytes of keys and names ({@link compareKeys}).
 * - A method answers directly or with a promise, as suits the engine. It never blocks the thread to wait for somebody else:
 *   where a lock is taken it throws {@link StorageBusyError} at once, and the core calls the same method again until the
 *   caller's deadline.
 * - Failures are thrown as the errors exported here where the driver knows better than "the engine failed", with the
 *   engine's error as `cause`. Any other throw is wrapped by the core, with the code `ENGINE`.
 *
 * The conformance kit (`@caterpillar/storage-core/conformance`) checks all of it.
 */
import type { MaybePromise } from "./maybe-promise.ts";
import type { OptionChecks } from "./options.ts";
import type { Form, Value } from "./values.ts";

export { createAt } from "./creation.ts";
export * from "./errors.ts";
export { compareKeys, keyAfter, MAX_KEY_BYTES, MAX_NAME_BYTES } from "./keys.ts";
export { identityOf, movedError } from "./location.ts";
export type { MaybePromise } from "./maybe-promise.ts";
export { defineStorage, type StorageOpener } from "./open-storage.ts";
export { checkFlag, type OptionChecks } from "./options.ts";
export { checkVersion, formatStore, orderedEngine } from "./ordered-engine.ts";
export {
  checkExpected,
  type Expectation,
  MAX_EXPECTED,
  MAX_STORE_KEY_BYTES,
  type OrderedBatch,
  type OrderedSnapshot,
  type OrderedStore,
} from "./ordered-store.ts";
export { checkFolder, createFolder, type FolderFormat, MARKER } from "./storage-folder.ts";
export { crowded, nextTurn, oncePerTurn } from "./turn-of-loop.ts";
export type { Form, Value } from "./values.ts";

/** What survives what, once a commit has resolved. */
export type Durability =
  /** The loss of power: synced to the disk before the commit resolves. The default. */
  | "power-loss"
  /** The death of the process, not of the machine. */
  | "process-crash";

/** Who else may have the same storage open. */
export type Sharing =
  /** Anybody: all see one storage, and conflicts between them are found. */
  | "shared"
  /** Nobody: the second one to open it gets a `StorageLockedError` at once. */
  | "locked"
  /** The question does not arise: the same name is another storage there. */
  | "separate";

/** What is true of a driver, for people who choose one and for the kit, which checks each line. */
export interface DriverFacts {
  /** What `open` takes: the path of a file or directory, made absolute and real by the core, or a name of the driver's own. */
  readonly location: "path" | "name";
  /** Other threads of the same process. */
  readonly threads: Sharing;
  /** Other processes on the same machine. */
  readonly processes: Sharing;
  /**
   * The durabilities that are kept. Where the weaker one is asked for, and is not among them, the stronger is given: an engine that syncs each
   * commit has `["power-loss"]`. The weaker never stands alone, since the stronger is what `open` asks for by itself. None: the data live and
   * die with the process.
   */
  readonly durability: readonly Durability[];
  /** Whether the engine itself opens read-only, or opens for writing and the core alone refuses writes. */
  readonly readonly: "engine" | "core";
  /** All files that a storage is made of, also those that are there only while it is open. */
  readonly files: readonly StoredFile[];
}

/** A file of a storage, or several of a kind. */
export interface StoredFile {
  /** Its name: `<path>` stands for the storage's path, and `*` for any characters but a slash. `<path>/*.ldb`. */
  readonly name: string;
  /** What is in it, for people who make copies and look around. */
  readonly about: string;
  /**
   * Whether it holds nothing that was stored: locks, memory that is shared, logs for people. Opening and reading may change such a
   * file; a copy does without it. Default: false.
   */
  readonly expendable?: boolean;
}

/** What cannot be tested, for people who choose a driver. Sentences without a full stop. */
export interface DriverAbout {
  /** The engine, and by way of what. */
  readonly engine: string;
  /** When to take this driver. */
  readonly pick: string;
  /** What is limited beyond the contract's own limits. */
  readonly limits: string;
  /** In the engine's own terms, what a commit does before it resolves, for each durability. */
  readonly syncs: string;
  /** What holds up the event loop, and for how long. */
  readonly blocks: string;
}

/** Opens engines. Has no state of its own. `Own` are options of `open` that no other driver has. */
export interface Driver<Own extends object = object> {
  /** Short and lower-case, for messages: `sqlite`. */
  readonly name: string;
  readonly facts: DriverFacts;
  readonly about?: DriverAbout;
  /**
   * The driver's own options, and their checks. They come to `open` beside `create` and `readonly`. Storages of one thread on one path share an engine,
   * so the first one to open it decides, and own options must not change what the contract says.
   */
  readonly options?: OptionChecks<Own>;
  /**
   * Opens what is at the path, or creates it.
   *
   * Without `create`: opens what is there. `StorageNotFoundError` if nothing is; a typed error (format, version, corrupt,
   * locked) if it cannot be used, its bytes untouched.
   *
   * With `create`: makes a new, empty storage. `DuplicateStorageError` if anything is there, untouched; of several that
   * create at once, exactly one succeeds. After a failure, nothing new is left at the path.
   *
   * The core turns `create: "if-missing"` into calls of these two.
   */
  open(path: string, options: DriverOpenOptions & Own): MaybePromise<Engine>;
}

export interface DriverOpenOptions {
  readonly create: boolean;
  /** Never set together with `create`. The engine's `write` will not be called. */
  readonly readonly: boolean;
}

/** One open database. */
export interface Engine {
  /**
   * Pins a view of all that is committed. The view is fixed when this resolves: it holds every commit that was acknowledged
   * before the call, and none that begins after it resolves. Any number may be open; each costs as little as the engine allows.
   *
   * `durability` is that of the session which asks: a write with this snapshot as its base will be given the same.
   */
  snapshot(durability: Durability): MaybePromise<Snapshot>;
  /**
   * A shorter way to the newest value of one key: what a snapshot taken now would answer to `get`. `null` where the engine cannot say so at once, as the
   * container may not be there, somebody is in the way, or anything else is not as usual: the core takes a snapshot then, and finds out. An engine
   * that has no shorter way leaves it out.
   */
  get?(container: string, key: string, as: As): Value | undefined | null;
  /**
   * Applies all changes or none, and resolves when they are as durable as asked. What others can see is durable already.
   *
   * With `base`: `TransactionConflictError` if anything at all was committed since that snapshot, also where `changes` is
   * empty, and also where the other commit has changed nothing: every write is a commit. Without: `TransactionConflictError` if a container is not as its {@link ContainerChanges.action} takes it to be.
   *
   * No read of `base` is in flight, and whatever happens it is only closed afterwards, except after a `StorageBusyError`,
   * when the same call comes again: then nothing may have been applied, and `base` must be as before.
   *
   * Large changes are applied in slices of a few milliseconds, with {@link crowded} and {@link nextTurn}.
   */
  write(changes: Changes, options: WriteOptions): MaybePromise<void>;
  /** Lets go of everything: files, locks, memory. */
  close(): MaybePromise<void>;
}

export interface WriteOptions {
  readonly base: Snapshot | undefined;
  readonly durability: Durability;
}

/** One for each container that changes, in ascending order of names. */
export type Changes = readonly ContainerChanges[];

export interface ContainerChanges {
  readonly container: string;
  /**
   * What happens to the container, before its entries are applied:
   *
   * - `"keep"`: nothing; it exists.
   * - `"create"`: it does not exist, and comes into being, empty.
   * - `"clear"`: it exists, and loses all its entries.
   * - `"delete"`: it exists, and goes with all its entries; no entries follow.
   */
  readonly action: "keep" | "create" | "clear" | "delete";
  /**
   * The entries to set, and where the value is `null` to delete, in ascending order of keys, each key once. Deleting a
   * missing key is no error. May be iterated more than once. The pair itself may be reused by the iterator; the value may be kept. It may throw
   * half way: then nothing is applied, and what was begun, a batch or a transaction of the engine's, must be let go.
   */
  readonly entries: Iterable<readonly [key: string, value: Value | null]>;
  /** How many entries there are. */
  readonly size: number;
}

/** What a read asks for: the value as text, as bytes, or just whether there is one (any value will do for the answer). */
export type As = Form | "presence";

/** A fixed view of everything committed before it was taken. Values may be answered in either form; the core converts. */
export interface Snapshot {
  /** The names of all containers, in ascending order. */
  containers(): MaybePromise<readonly string[]>;
  has(container: string): MaybePromise<boolean>;
  /** The value, or `undefined`. Bytes belong to the caller from then on: hand out a copy of what is kept. */
  get(container: string, key: string, as: As): MaybePromise<Value | undefined>;
  /** The values in the order of the keys, `undefined` where missing. Any number of keys, in any order, duplicates included. */
  getMany(
    container: string,
    keys: readonly string[],
    as: As,
  ): MaybePromise<readonly (Value | undefined)[]>;
  /**
   * The first entries of a range. No cursor stays open: the next page is asked for by a range that begins behind the last key.
   * A page may be shorter than `limit`; it has an entry if the range has one.
   */
  page(container: string, range: PageRange, as: Form): MaybePromise<Page<Entry>>;
  /** The same, for keys alone. */
  keys(container: string, range: PageRange): MaybePromise<Page<string>>;
  /** How many entries the container has, exactly. */
  count(container: string): MaybePromise<number>;
  close(): MaybePromise<void>;
}

/** A non-empty interval of keys, and how much of it to answer. */
export interface PageRange {
  /** The first key of the range; "" is the least of all keys. May be one byte longer than a key can be. */
  readonly start: string;
  /** The first key behind the range, which is not in it; `undefined` for no bound. */
  readonly end: string | undefined;
  /** From the end of the range towards its start. */
  readonly reverse: boolean;
  /** At most so many entries; 1 or more. */
  readonly limit: number;
  /**
   * Stop after the entry with which the values come to so many bytes, or about so many: nobody has memory for `limit` values of 16 MiB. An engine
   * that is told how many entries to read, and not how many bytes, is asked for few at first.
   */
  readonly bytes: number;
}

export type Entry = readonly [key: string, value: Value];

export interface Page<T> {
  readonly items: readonly T[];
  /** Whether anything of the range may follow. True is always allowed; a false that is wrong loses data. */
  readonly more: boolean;
}
