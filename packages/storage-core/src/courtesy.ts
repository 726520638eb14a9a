/**
 * Leaves the write lock alone for a moment now and then, where other processes or threads may want it. Engines have no queue: who waits for the
 * lock looks for it about once in a millisecond, and a neighbour that commits again and again leaves it free for a tenth of one each time. Without
 * these pauses such a neighbour has been seen to keep others waiting for five seconds.
 */
import { TransactionConflictError } from "./errors.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import { sleep } from "./wait.ts";

/** How long the lock is left alone, in milliseconds: who waits looks once or twice, and has time for a small transaction. */
const PAUSE_MS = 3;
/** After so many milliseconds of writes without a gap, where nobody else was met lately: costs a hundredth. */
const SELDOM_MS = 300;
/** The same where somebody was met. */
const OFTEN_MS = 20;
/** How long it counts that somebody was met, in milliseconds. */
const MEMORY_MS = 1000;
/** Whoever waits had a chance where there was nothing to write for so long, in milliseconds. */
const GAP_MS = PAUSE_MS;

export class Courtesy {
  /** When the writes began that have followed each other without a gap. */
  #began = Number.NEGATIVE_INFINITY;
  #ended = Number.NEGATIVE_INFINITY;
  #met = Number.NEGATIVE_INFINITY;

  /** Runs a write; resolves after the pause, where one is due. `write` is given what to call where somebody else has the lock. */
  async write(write: (met: () => void) => MaybePromise<void>): Promise<void> {
    const now = performance.now();
    if (now - this.#ended > GAP_MS) this.#began = now;
    try {
      await write(this.#meet);
    } catch (error) {
      if (error instanceof TransactionConflictError) this.#meet();
      throw error;
    } finally {
      this.#ended = performance.now();
    }
    if (!this.#isDue(this.#ended)) return;
    await sleep(PAUSE_MS);
    this.#began = performance.now();
    this.#ended = this.#began;
  }

  readonly #meet = (): void => {
    this.#met = performance.now();
  };

  #isDue(now: number): boolean {
    const every = now - this.#met < MEMORY_MS ? OFTEN_MS : SELDOM_MS;
    return now - this.#began > every;
  }
}
