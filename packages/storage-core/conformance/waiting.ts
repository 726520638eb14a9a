/** Waiting in checks: for what must come by itself, and on what a check holds back. */
import type { TransactionOptions } from "../src/options.ts";
import type { Storage } from "../src/storage.ts";
import type { Transaction } from "../src/transaction.ts";

/** What has not settled after so many milliseconds waits for something that does not come. */
export const LIMIT_MS = 10_000;

/** What the call comes to; what `late` answers where it takes longer than the limit. */
export async function within<T>(call: Promise<T>, limit: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, limit, "late");
  });
  try {
    const first = await Promise.race([call.then((result) => ({ result })), over]);
    return first === "late" ? late() : first.result;
  } finally {
    clearTimeout(timer);
  }
}

/** What the call comes to. Fails where it waits. */
export function unblocked<T>(call: Promise<T>, what: string, limit: number = LIMIT_MS): Promise<T> {
  return within(call, limit, () => {
    throw new Error(`${what}: blocked; it has not settled after ${limit} ms`);
  });
}

/** A `transaction()` that has its turn, and has run its function, but for the end of it. */
export interface HeldTransaction {
  /** Lets its function end. May be called again. */
  release(): void;
  /** How often the function was run, once it was committed. */
  readonly ended: Promise<number>;
}

/** Begins a `transaction()` that does something and then is held, in its first attempt, until it is released. */
export async function holdTransaction(
  storage: Storage,
  run: (tx: Transaction) => Promise<unknown>,
  options?: TransactionOptions,
): Promise<HeldTransaction> {
  const entered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const ended = storage.transaction(async (tx, attempt) => {
    await run(tx);
    entered.resolve();
    await released.promise;
    return attempt;
  }, options);
  // Where the check fails first, nobody awaits it.
  ended.catch(() => {});
  await Promise.race([entered.promise, ended]);
  return { release: () => released.resolve(), ended };
}
