/**
 * Who takes part: what opens a database, and what can be done with it, in the way that its own documentation shows.
 *
 * A method that is left out is something the contender cannot do, and the tables say so. A synchronous engine answers directly, and is then
 * measured without the cost of a promise.
 */
import type { Durability } from "@caterpillar/storage-core/driver";

/** What lies underneath. */
export type Engine = "sqlite" | "lmdb" | "leveldb" | "memory";

/** Ours; ours with an option; the engine by hand; another layer over the same engine. */
export type Kind = "ours" | "option" | "raw" | "peer";

export type MaybePromise<T> = T | PromiseLike<T>;

export type Pair = readonly [key: string, value: string];

export interface Contender {
  /** `ours-sqlite`, `raw-lmdb`, `keyv`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly engine: Engine;
  readonly kind: Kind;
  /** Whether it shows entries in the order of their keys. */
  readonly ordered: boolean;
  /** How it is used, and in what shape it keeps the data. */
  readonly about: string;
  /** What it does for each durability that it has; a missing one it has not. */
  readonly durability: Readonly<Partial<Record<Durability, string>>>;
  /** What is different about a workload here, by the workload's name. */
  readonly notes: Readonly<Record<string, string>>;
  /** Npm packages whose versions are told. */
  readonly packages: readonly string[];
  open(path: string, options: SessionOptions): Promise<Session>;
}

interface SessionOptions {
  /** Whether to make a new database at the path, or to open the one that is there. */
  readonly create: boolean;
  readonly durability: Durability;
  /** The length of the values that will be kept, for those whose documentation advises another table for large ones. */
  readonly valueBytes: number;
}

/** An open database with one container, table or database of pairs in it. */
export interface Session {
  get(key: string): MaybePromise<string | undefined>;
  /** Shows the values in the order of the keys. */
  getMany?(
    keys: readonly string[],
    see: (value: string | undefined) => void,
  ): MaybePromise<unknown>;
  /** The first `limit` entries behind a key, all at once. */
  pageAfter?(key: string, limit: number): MaybePromise<readonly Pair[]>;
  /** Shows all entries, one after another. */
  eachEntry?(see: (key: string, value: string) => void): MaybePromise<unknown>;
  /** Shows the entries whose keys begin so. */
  eachWithPrefix?(prefix: string, see: (key: string, value: string) => void): MaybePromise<unknown>;
  eachKey?(see: (key: string) => void): MaybePromise<unknown>;
  count?(): MaybePromise<number>;
  /** Sets one value. Answers when it is as durable as the session was told; so do all that write. */
  set(key: string, value: string): MaybePromise<unknown>;
  delete(key: string): MaybePromise<unknown>;
  /** Sets many in one transaction. */
  load(entries: readonly Pair[]): MaybePromise<unknown>;
  /** Changes a value in one atomic step, however many do so at once. */
  update?(key: string, change: (value: string | undefined) => string): MaybePromise<unknown>;
  clear?(): MaybePromise<unknown>;
  /** Fixes a view of the present state, for as long as it is not closed. */
  snapshot?(): MaybePromise<HeldSnapshot>;
  close(): MaybePromise<unknown>;
}

/** What a session may do without. */
export type Ability = Exclude<
  { [K in keyof Session]-?: undefined extends Session[K] ? K : never }[keyof Session],
  undefined
>;

export interface HeldSnapshot {
  get(key: string): MaybePromise<string | undefined>;
  close(): MaybePromise<unknown>;
}

/** Whether it has to be awaited. */
export function isPending<T>(answer: MaybePromise<T>): answer is PromiseLike<T> {
  return typeof answer === "object" && answer !== null && "then" in answer;
}
