/**
 * What the methods that callers see stand on: a way to read, to write and to walk. There are two. A transaction reads its
 * view and writes into it; outside of one, every call is by itself.
 */
import type { Shape } from "./cursor.ts";
import type { As } from "./driver.ts";
import type { Source } from "./iteration.ts";
import { isPromise, type MaybePromise } from "./maybe-promise.ts";
import type { Write } from "./overlay.ts";
import type { Interval } from "./range.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import type { Value } from "./values.ts";
import type { View } from "./view.ts";

/** What a read looks at: everything, the list of containers, a container, or one key of it. */
export type Target =
  | "everything"
  | "containers"
  | { readonly container: string; readonly key?: string };

/** What a read does with the state, and with what the caller has given for it. */
export type Look<T, G> = (view: View, given: G) => MaybePromise<T>;

export interface Access {
  /** Reads. A promise of what is given, keys from an async iterable, takes its place in the order of calls when it has come. */
  read<T, G>(target: Target, given: MaybePromise<G>, look: Look<T, G>): MaybePromise<T>;
  /** Reads the value of one key. */
  get(container: string, key: string, as: As): MaybePromise<Value | undefined>;
  /** Throws where no read may be made. */
  mayRead(): void;
  /** Throws where no write may be made. Asked before a caller's items are read. */
  mayWrite(): void;
  /**
   * Writes. A promise is of a write that is still being read from an async iterable. How long that takes is up to the caller's code, which
   * may even wait for other calls on this storage; so such a write takes its place in the order of calls when it has been read.
   */
  write(write: MaybePromise<Write>): MaybePromise<void>;
  walk<T>(container: string, interval: Interval, shape: Shape<T>): Source<T>;
}

/**
 * Calls, and holds the answer back until the next turn where this one has been busy for long, so that no loop of awaits starves the rest; a
 * failure as well, as a loop may go on after it.
 */
export function paced<T>(call: () => MaybePromise<T>): MaybePromise<T> {
  let answer: MaybePromise<T>;
  try {
    answer = call();
  } catch (error) {
    if (!crowded()) throw error;
    return failLater(error);
  }
  if (!crowded()) return answer;
  // Also where it is a promise: nobody knows whether the engine has left the turn for it.
  if (isPromise(answer)) return answer.then((value) => nextTurn().then(() => value), failLater);
  return nextTurn().then(() => answer);
}

async function failLater(error: unknown): Promise<never> {
  await nextTurn();
  throw error;
}

/** Whether a write may change what a read of the target answers. */
export function touches(write: Write, target: Target): boolean {
  if (target === "everything" || write.kind === "clearAll") return true;
  if (target === "containers") return write.kind !== "put";
  if (write.container !== target.container) return false;
  const { key } = target;
  // A long list is not searched: to wait for it is always right.
  if (write.kind !== "put" || key === undefined || write.entries.length > 8) return true;
  return write.entries.some(([written]) => written === key);
}
