/** What has been seen: how many values, and a sum over them that does not depend on their order. Cheap, as it is part of what is measured. */

export class Tally {
  count = 0;
  #sum = 0;

  /** Counts a value. */
  see(value: string): void {
    this.add(weigh((at) => value.charCodeAt(at), value.length));
  }

  /** Counts a value that weighs so much. */
  add(weight: number): void {
    this.count++;
    this.#sum = (this.#sum + weight) >>> 0;
  }

  /** Throws where something else was seen than should have been. */
  expect(wanted: Tally, what: string): void {
    if (this.count !== wanted.count) {
      throw new Error(`${what}: ${this.count} values, and there are ${wanted.count}`);
    }
    if (this.#sum !== wanted.#sum) throw new Error(`${what}: the values are wrong`);
  }
}

/** The weight of a value: its length, its first, its middle and its last character. */
export function weigh(charAt: (index: number) => number, length: number): number {
  if (length === 0) return 1;
  return length * 31 + charAt(0) * 3 + charAt(length >> 1) * 257 + charAt(length - 1) * 65_537;
}
