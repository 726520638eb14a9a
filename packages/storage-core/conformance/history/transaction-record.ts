/**
 * What is known of a history: of each transaction what it asked, what it was answered, and when. Keys hold lists, and a transaction
 * either reads one or appends an element that nobody else appends, so whoever reads a list reads its whole past.
 */

/** A list under a key: elements in the order in which they were appended. A missing key holds an empty one. */
export type List = readonly string[];

/** A call: when it was made and when it was answered, in nanoseconds of {@link now}; `undefined` where no answer is known. */
export interface Call {
  readonly invoked: number;
  readonly returned?: number | undefined;
}

export type Operation =
  | { readonly kind: "read"; readonly key: string; readonly list: List }
  /** `list` is what was read before, and set again with the element behind it. */
  | {
      readonly kind: "append";
      readonly key: string;
      readonly list: List;
      readonly element: string;
    };

/**
 * How a transaction ended. "conflict" is the typed refusal and "rolled back" was on purpose: nothing of either may be seen. "unknown" are
 * those whose process was killed while they committed: they may be there, whole, or not.
 */
export type Outcome = "committed" | "conflict" | "rolled back" | "unknown";

export interface TransactionRecord {
  /** `3.14` is the 14th of session 3. */
  readonly id: string;
  readonly session: string;
  readonly begin: Call;
  readonly operations: readonly Operation[];
  /** The call that ended it: commit or rollback, or the end of its function. */
  readonly end: Call;
  readonly outcome: Outcome;
}

export interface History {
  readonly transactions: readonly TransactionRecord[];
  /** All lists, as a storage sees them that is opened when everybody has ended. */
  readonly final: Readonly<Record<string, List>>;
}

/**
 * A time that can be compared among all threads and processes of a machine: they read one monotonic clock. A number holds its nanoseconds
 * exactly for a hundred days of uptime; later, two times that are close may become the same one, and then nothing is concluded from them.
 */
export function now(): number {
  return Number(process.hrtime.bigint());
}

/** Whether the transaction has appended anything. */
export function wrote({ operations }: TransactionRecord): boolean {
  return operations.some(({ kind }) => kind === "append");
}

/** As it is stored. */
export function textOf(list: List): string {
  return list.join(",");
}

export function listOf(text: string | undefined): List {
  return text === undefined || text === "" ? [] : text.split(",");
}

/** As it is shown: `[1,2]`, and the end of a long one. */
export function shown(list: List): string {
  return list.length > 12 ? `[…${list.length - 10} more,${list.slice(-10)}]` : `[${list}]`;
}
