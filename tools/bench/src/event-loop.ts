/**
 * How long the event loop keeps others waiting.
 *
 * A timer of one millisecond looks how much later it comes than it should. Figures are those of somebody who comes at a random moment, and
 * not of the timer: a pause of 300 ms counts as one late tick for the timer, but 300 times as much for those who come during it.
 */

const INTERVAL_MS = 1;

export interface Lag {
  /** So long wait all but one in a hundred, at most, in milliseconds. */
  readonly p99: number;
  /** The longest pause, in milliseconds. */
  readonly max: number;
}

export class LagMonitor {
  /** The pauses, and all of the time that was looked at, in milliseconds. */
  readonly #pauses: number[] = [];
  #time = 0;
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Looks from now on, until it is stopped. */
  start(): void {
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#tick();
  }

  get lag(): Lag {
    return lagOf(this.#pauses, this.#time);
  }

  #tick(): void {
    const now = performance.now();
    const since = now - this.#last;
    this.#last = now;
    this.#time += since;
    this.#pauses.push(Math.max(0, since - INTERVAL_MS));
  }
}

/**
 * The lag that such pauses are, within so much time. In a pause of length p, (p − x) of those who come wait for longer than x; the p99 is
 * the x for which that is a hundredth of the time, over all pauses.
 */
export function lagOf(pauses: readonly number[], time: number): Lag {
  const longestFirst = pauses.toSorted((a, b) => b - a);
  const max = longestFirst[0] ?? 0;
  const allowed = time / 100;
  let sum = 0;
  for (const [index, pause] of longestFirst.entries()) {
    sum += pause;
    // Down to the next pause, these are the ones that are long enough to count.
    const p99 = (sum - allowed) / (index + 1);
    if (p99 >= (longestFirst[index + 1] ?? 0)) return { p99, max };
  }
  return { p99: 0, max };
}
