/** A counter in a storage, and somebody who increments it again and again, each time in a transaction. */
import type { Storage } from "../src/storage.ts";
import type { Context } from "./context.ts";
import { letTurn, turnsDuring } from "./event-loop.ts";

const CONTAINER = "c";
const KEY = "counter";
/** How often the lag of the event loop is measured, in milliseconds. */
const BEAT_MS = 5;

/** How it went with one who incremented. */
export interface IncrementReport {
  readonly increments: number;
  /** How often the function of a transaction was run; more often than there are increments where others have come first. */
  readonly attempts: number;
  /** The longest that an increment took. */
  readonly worstWaitMs: number;
  readonly elapsedMs: number;
  /** How often the event loop came round meanwhile, and the longest that a timer was late. */
  readonly turns: number;
  readonly worstLagMs: number;
}

/** Creates the context's storage, with a counter that is 0. */
export function createCounter(context: Context): Promise<Storage> {
  return context.create({ [CONTAINER]: { [KEY]: "0" } });
}

export function readCounter(storage: Storage): Promise<number> {
  return storage.getContainerItem(CONTAINER, KEY).then(Number);
}

/** What is in a storage where there is nothing but a counter of this value. */
export function contentsWithCounter(value: number): Record<string, Record<string, string>> {
  return { [CONTAINER]: { [KEY]: String(value) } };
}

/**
 * Increments the counter so many times, one after another, and then on until it is told that others have done so as well. Rejects where one of
 * them never gets its turn.
 */
export async function increment(
  storage: Storage,
  times: number,
  others: () => Promise<void> = async () => {},
): Promise<IncrementReport> {
  let [increments, attempts, worstWaitMs, worstLagMs] = [0, 0, 0, 0];
  let over = false;
  const start = performance.now();
  let expected = start + BEAT_MS;
  const timer = setInterval(() => {
    worstLagMs = Math.max(worstLagMs, performance.now() - expected);
    expected = performance.now() + BEAT_MS;
  }, BEAT_MS);
  const turns = await turnsDuring(async () => {
    while (!over) {
      const began = performance.now();
      await storage.transaction(async (tx) => {
        attempts++;
        const value = Number(await tx.getContainerItem(CONTAINER, KEY)) + 1;
        await tx.setContainerItem(CONTAINER, KEY, value);
      });
      worstWaitMs = Math.max(worstWaitMs, performance.now() - began);
      if (++increments !== times) continue;
      await Promise.race([
        others().then(() => {
          over = true;
        }),
        letTurn(1),
      ]);
    }
  }).finally(() => clearInterval(timer));
  const elapsedMs = performance.now() - start;
  return { increments, attempts, worstWaitMs, elapsedMs, turns, worstLagMs };
}
