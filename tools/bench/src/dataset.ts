/**
 * The data that all work on: pairs of short keys and text, made from a seed, the same in each process.
 *
 * Keys are numbered in their order: `user:00000012:34` is the key of entry 1234, so that each hundred has a prefix of its own. They are
 * written in an order that looks random. A value is a slice of a text that does not compress; each version of an entry has another one.
 */
import type { Pair } from "./contender.ts";
import { mix, Random } from "./random.ts";
import { Tally, weigh } from "./tally.ts";

/** As many entries share a prefix. */
export const GROUP = 100;

/** The values are cut out of a text so long. */
const TEXT_BYTES = 1 << 16;
/** No factor in common with sizes, which are powers of ten. */
const STEP = 7_919_777;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export class Dataset {
  readonly size: number;
  readonly valueBytes: number;
  readonly #seed: number;
  readonly #text: Buffer;

  /** `size` is a power of ten, 100 or more. */
  constructor(size: number, valueBytes: number, seed: number) {
    if (size < GROUP || !Number.isInteger(Math.log10(size))) {
      throw new RangeError(`a dataset has a power of ten of entries, ${GROUP} or more: ${size}`);
    }
    this.size = size;
    this.valueBytes = valueBytes;
    this.#seed = seed;
    const random = new Random(seed);
    this.#text = Buffer.alloc(TEXT_BYTES + valueBytes);
    for (let i = 0; i < this.#text.length; i++) {
      this.#text[i] = ALPHABET.charCodeAt(random.below(ALPHABET.length));
    }
  }

  /** The key of an entry; numbers of `size` and more are of entries that are not there. */
  key(entry: number): string {
    return `${this.prefix(Math.floor(entry / GROUP))}${String(entry % GROUP).padStart(2, "0")}`;
  }

  /** What the keys of a group of {@link GROUP} entries begin with. */
  prefix(group: number): string {
    return `user:${String(group).padStart(8, "0")}:`;
  }

  /** A key that is not there, between two that are. */
  missingKey(entry: number): string {
    return `${this.key(entry)}-`;
  }

  /** The text of an entry in its given version. */
  value(entry: number, version: number): string {
    const from = this.#from(entry, version);
    return this.#text.toString("latin1", from, from + this.valueBytes);
  }

  pair(entry: number, version: number): Pair {
    return [this.key(entry), this.value(entry, version)];
  }

  /** The entries that are written as numbers `from` up to, and not with, `to`, in the order in which they are written. */
  *written(from: number, to: number): Generator<number> {
    for (let number = from; number < to; number++) yield (number * STEP + 17) % this.size;
  }

  /** What a tally comes to that has seen the first version of every entry. */
  tallyOfAll(): Tally {
    const tally = new Tally();
    for (let entry = 0; entry < this.size; entry++) tally.add(this.weight(entry, 0));
    return tally;
  }

  /** What the value of an entry weighs in a tally. */
  weight(entry: number, version: number): number {
    const from = this.#from(entry, version);
    return weigh((at) => this.#text[from + at] as number, this.valueBytes);
  }

  /** Two versions that follow each other are never the same. */
  #from(entry: number, version: number): number {
    return (mix(entry ^ this.#seed) + version * 7919) % TEXT_BYTES;
  }
}
