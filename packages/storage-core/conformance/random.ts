/** Random numbers that a seed repeats: mulberry32, by Tommy Ettinger, in the public domain. */

export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, but without, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, but without, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** True once in so many times. */
  once(inSo: number): boolean {
    return this.below(inSo) === 0;
  }
}

/** The seed of this run: 1, unless the environment variable `CONFORMANCE_SEED` says another. */
export function chosenSeed(): number {
  return Number(process.env["CONFORMANCE_SEED"] ?? 1);
}

/**
 * The only sequence of random steps that is to be taken, of those that the seed makes, where the environment variable `CONFORMANCE_PATH` says one:
 * a path of fast-check.
 */
export function chosenPath(): string | undefined {
  return process.env["CONFORMANCE_PATH"];
}
