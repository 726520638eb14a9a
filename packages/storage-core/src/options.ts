/** The options that callers give, and their checks. */
import type { Durability } from "./driver.ts";
import { describe } from "./keys.ts";
import { DEFAULT_TIMEOUT } from "./wait.ts";

/** How to open a storage. */
export interface OpenOptions {
  /**
   * Whether to create the storage. `true`: it must not exist. `"if-missing"`: it may exist. Default: `false`, it must.
   */
  readonly create?: boolean | "if-missing" | undefined;
  /** Refuse all writes. Not together with `create`. Default: `false`. */
  readonly readonly?: boolean | undefined;
  /** What a commit survives once it has resolved. Default: `"power-loss"`. */
  readonly durability?: Durability | undefined;
  /**
   * How long a call waits for its turn, or for a lock of another process, in milliseconds, before it rejects with a
   * `StorageBusyError`. `Infinity` waits for ever. Default: 5000.
   */
  readonly timeout?: number | undefined;
}

/** How to run a function in a transaction. */
export interface TransactionOptions {
  /** Refuse writes, and wait for nobody. Default: `false`. */
  readonly readonly?: boolean | undefined;
  /** How often the function is run again after a conflict with another process or thread. Default: 100. */
  readonly retries?: number | undefined;
  /**
   * How long to wait for its turn, in milliseconds. Locks of other processes are waited for as the storage was told at `open`.
   * Default: the storage's.
   */
  readonly timeout?: number | undefined;
  /** Stops waiting, and running again; a function that runs is not interrupted. */
  readonly signal?: AbortSignal | undefined;
}

export interface CheckedOpenOptions {
  readonly create: boolean | "if-missing";
  readonly readonly: boolean;
  readonly durability: Durability;
  readonly timeout: number;
  /** Those that only the driver knows, as its checks have answered them. */
  readonly own: object;
}

/**
 * What checks the options of `open` that only one driver has: for each its name, and a function that is given what the caller gave, `undefined` for
 * nothing, and the name. It answers what the driver is told, its default included, or throws a `TypeError`.
 */
export type OptionChecks<Own extends object> = {
  readonly [Name in keyof Own]-?: (given: unknown, name: string) => Own[Name];
};

export interface CheckedTransactionOptions {
  readonly readonly: boolean;
  readonly retries: number;
  /** `undefined`: the storage's. */
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const OPEN_OPTIONS = ["create", "readonly", "durability", "timeout"];
const TRANSACTION_OPTIONS = ["readonly", "retries", "timeout", "signal"];

export function checkOpenOptions(
  options: OpenOptions = {},
  checks: OptionChecks<Record<string, unknown>> = {},
): CheckedOpenOptions {
  checkNames(options, [...OPEN_OPTIONS, ...Object.keys(checks)], "open()");
  const {
    create = false,
    readonly = false,
    durability = "power-loss",
    timeout = DEFAULT_TIMEOUT,
  } = options;
  if (typeof create !== "boolean" && create !== "if-missing") {
    throw new TypeError(`create must be true, false or "if-missing", not ${describe(create)}`);
  }
  checkBoolean(readonly, "readonly");
  if (readonly && create !== false) {
    throw new TypeError("readonly and create contradict each other: creating is a write");
  }
  if (durability !== "power-loss" && durability !== "process-crash") {
    throw new TypeError('durability must be "power-loss" or "process-crash"');
  }
  checkTimeout(timeout);
  const given = options as Readonly<Record<string, unknown>>;
  const own = Object.entries(checks).map(([name, check]) => [name, check(given[name], name)]);
  return { create, readonly, durability, timeout, own: Object.fromEntries(own) };
}

/** Checks an option that is on or off, and off where nothing was given. */
export function checkFlag(given: unknown, name: string): boolean {
  const flag = given ?? false;
  checkBoolean(flag, name);
  return flag;
}

export function checkTransactionOptions(
  options: TransactionOptions = {},
): CheckedTransactionOptions {
  checkNames(options, TRANSACTION_OPTIONS, "transaction()");
  const { readonly = false, retries = 100, timeout, signal } = options;
  checkBoolean(readonly, "readonly");
  if (typeof retries !== "number" || !(retries >= 0)) {
    throw new TypeError("retries must be a number, 0 or more");
  }
  if (timeout !== undefined) checkTimeout(timeout);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`signal must be an AbortSignal, not ${describe(signal)}`);
  }
  return { readonly, retries, timeout, signal };
}

function checkTimeout(timeout: number): void {
  if (typeof timeout !== "number" || !(timeout >= 0)) {
    throw new TypeError("timeout must be a number of milliseconds, 0 or more");
  }
}

function checkBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== "boolean") {
    throw new TypeError(`${name} must be true or false, not ${describe(value)}`);
  }
}

function checkNames(options: object, known: readonly string[], call: string): void {
  if (options === null || typeof options !== "object") {
    throw new TypeError(`the options of ${call} must be an object, not ${describe(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(
        `${call} has no option ${JSON.stringify(name)}; it has ${known.join(", ")}`,
      );
    }
  }
}
