/** What was written, to look for it afterwards. */
import { isPending, type Pair, type Session } from "../contender.ts";
import type { Dataset } from "../dataset.ts";

/** So many of the changed entries are looked at in the end. */
const LOOKED_AT = 2000;

export class Changed {
  readonly #data: Dataset;
  /** The newest version of each entry that was changed; `undefined` where it was deleted. */
  readonly #versions = new Map<number, number | undefined>();

  constructor(data: Dataset) {
    this.#data = data;
  }

  /** A new version of an entry, to be set. */
  next(entry: number): Pair {
    const version = (this.#versions.get(entry) ?? 0) + 1;
    this.#versions.set(entry, version);
    return this.#data.pair(entry, version);
  }

  /** The first version of an entry, to be set. */
  first(entry: number): Pair {
    this.#versions.set(entry, 0);
    return this.#data.pair(entry, 0);
  }

  /** The key of an entry, to be deleted. */
  gone(entry: number): string {
    this.#versions.set(entry, undefined);
    return this.#data.key(entry);
  }

  /** What an entry is now. */
  valueOf(entry: number): string | undefined {
    const version = this.#versions.has(entry) ? this.#versions.get(entry) : 0;
    return version === undefined ? undefined : this.#data.value(entry, version);
  }

  /** Throws where the session has something else. */
  async verify(session: Session): Promise<void> {
    let looked = 0;
    // The newest ones are those that a crash would take.
    for (const entry of [...this.#versions.keys()].reverse()) {
      if (++looked > LOOKED_AT) break;
      const answer = session.get(this.#data.key(entry));
      const found = isPending(answer) ? await answer : answer;
      if (found === this.valueOf(entry)) continue;
      throw new Error(`${this.#data.key(entry)} is not what was written`);
    }
  }
}
