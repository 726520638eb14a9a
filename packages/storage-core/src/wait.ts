/** Waiting for somebody else without holding up the thread. */
import { StorageAbortError, StorageBusyError } from "./errors.ts";
import { isPromise, type MaybePromise } from "./maybe-promise.ts";
import { nextTurn } from "./turn-of-loop.ts";

/** How long a call waits for its turn, in milliseconds, unless told otherwise. */
export const DEFAULT_TIMEOUT = 5000;

/** So many tries come one turn of the loop apart, the others a millisecond. Longer waits starve beside a busy writer. */
const QUICK_TRIES = 5;

/** The longest that a timer can wait, in milliseconds: 24 days. */
export const LONGEST_TIMER = 0x7fffffff;

/** What a call waits for that has to take its place in the order of calls. */
export const EARLIER_CALLS = "earlier calls on this storage";

/** A moment until which to wait; times are `performance.now()`, in milliseconds. */
export interface Deadline {
  readonly began: number;
  readonly timeout: number;
}

export function deadlineIn(timeout: number): Deadline {
  return { began: performance.now(), timeout };
}

/** Milliseconds that are left; zero or less when it has passed. */
export function timeLeft(deadline: Deadline): number {
  return deadline.began + deadline.timeout - performance.now();
}

/** The error of a call whose time ran out, which names what it waited for. */
export function busy({ timeout }: Deadline, waitedFor: string, cause?: unknown): StorageBusyError {
  return new StorageBusyError(
    `waited ${timeout} ms for ${waitedFor}; nothing was written, try again or wait longer (timeout)`,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * Calls the engine, again and again while it says that somebody else holds a lock, until the deadline; there is always one try.
 * The waits are short and even: growing ones starve beside a neighbour that takes the lock again and again.
 */
export function untilFree<T>(
  action: () => MaybePromise<T>,
  deadline: Deadline,
  waitedFor: string,
): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = action();
  } catch (error) {
    return again(error, action, deadline, waitedFor);
  }
  if (!isPromise(result)) return result;
  return result.catch((error: unknown) => again(error, action, deadline, waitedFor));
}

async function again<T>(
  first: unknown,
  action: () => MaybePromise<T>,
  deadline: Deadline,
  waitedFor: string,
): Promise<T> {
  let last = first;
  for (let tries = 0; ; tries++) {
    if (!(last instanceof StorageBusyError)) throw last;
    if (timeLeft(deadline) <= 0) throw busy(deadline, waitedFor, last);
    await (tries < QUICK_TRIES ? nextTurn() : sleep(1));
    try {
      return await action();
    } catch (error) {
      last = error;
    }
  }
}

/** What the promise comes to; unless the deadline passes or the signal is aborted first, which rejects. */
export async function inTime<T>(
  promise: Promise<T>,
  deadline: Deadline,
  waitedFor: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  const settled = new AbortController();
  const limit = async (): Promise<never> => {
    const either = AbortSignal.any([settled.signal, ...(signal ? [signal] : [])]);
    while (timeLeft(deadline) > 0) await sleep(timeLeft(deadline), either);
    throw busy(deadline, waitedFor);
  };
  try {
    return await Promise.race([promise, limit()]);
  } finally {
    settled.abort();
  }
}

/** Resolves after so many milliseconds; rejects at once when the signal is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new StorageAbortError(signal.reason));
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(new StorageAbortError(signal?.reason));
    };
    const end = (): void => {
      signal?.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(0, ms), LONGEST_TIMER));
    signal?.addEventListener("abort", stop, { once: true });
  });
}
