/** Numbers that look random and are the same for the same seed: each trial of a workload asks for the same keys. */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next whole number from 0 up to, and not with, `limit`, which is at most 2³². */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return Math.floor((mix(this.#state) / 2 ** 32) * limit);
  }
}

/** Scatters a whole number over all of 32 bits. */
export function mix(number: number): number {
  let bits = number >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
