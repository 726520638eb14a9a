/** Ranges of keys: what callers write, and the half-open interval that engines read. */
import { compareKeys, describe, type Key, keyAfter, prefixEnd, toKey } from "./keys.ts";

/**
 * Which keys to visit, and in what direction. All bounds hold together; none means all keys.
 * Order is that of the keys' UTF-8 bytes, on every driver.
 */
export interface Range {
  /** Only keys above this one. */
  readonly gt?: Key | undefined;
  /** Only this key and those above it. */
  readonly gte?: Key | undefined;
  /** Only keys below this one. */
  readonly lt?: Key | undefined;
  /** Only this key and those below it. */
  readonly lte?: Key | undefined;
  /** Only keys that begin with this. */
  readonly prefix?: Key | undefined;
  /** From the last key to the first. Default: false. */
  readonly reverse?: boolean | undefined;
  /** At most so many, counted from the end that is visited first. Default: no limit. */
  readonly limit?: number | undefined;
}

/** The keys from `start` on, up to but without `end`. */
export interface Interval {
  /** The first key that may be visited; "" is the least of all keys. */
  readonly start: string;
  /** The first key that may not be visited; `undefined` where there is no upper bound. */
  readonly end: string | undefined;
  readonly reverse: boolean;
  /** At most so many entries; may be `Infinity`. */
  readonly limit: number;
}

const NAMES = new Set(["gt", "gte", "lt", "lte", "prefix", "reverse", "limit"]);

/** Checks a caller's range and turns it into an interval; `TypeError` where it makes no sense. */
export function toInterval(range: Range = {}): Interval {
  if (range === null || typeof range !== "object") {
    throw new TypeError(`a range must be an object, not ${describe(range)}`);
  }
  for (const name in range) {
    if (!NAMES.has(name)) {
      throw new TypeError(
        `a range has no ${JSON.stringify(name)}; it has ${[...NAMES].join(", ")}`,
      );
    }
  }
  let start = "";
  let end: string | undefined;
  const from = (key: string): void => {
    if (compareKeys(key, start) > 0) start = key;
  };
  const upTo = (key: string | undefined): void => {
    if (key !== undefined && (end === undefined || compareKeys(key, end) < 0)) end = key;
  };
  if (range.gte !== undefined) from(toKey(range.gte));
  if (range.gt !== undefined) from(keyAfter(toKey(range.gt)));
  if (range.lt !== undefined) upTo(toKey(range.lt));
  if (range.lte !== undefined) upTo(keyAfter(toKey(range.lte)));
  if (range.prefix !== undefined) {
    const prefix = toKey(range.prefix);
    from(prefix);
    upTo(prefixEnd(prefix));
  }
  const { reverse = false, limit = Number.POSITIVE_INFINITY } = range;
  if (typeof reverse !== "boolean") {
    throw new TypeError(`a range's reverse must be a boolean, not ${describe(reverse)}`);
  }
  if (
    typeof limit !== "number" ||
    !(limit >= 0) ||
    (limit !== Infinity && !Number.isInteger(limit))
  ) {
    throw new TypeError("a range's limit must be a whole number, 0 or more");
  }
  return { start, end, reverse, limit };
}

/** Whether no key can lie in the interval. */
export function isEmpty({ start, end, limit }: Interval): boolean {
  return limit === 0 || (end !== undefined && compareKeys(start, end) >= 0);
}
