/** A read transaction of LMDB. */
import type {
  As,
  Entry,
  Form,
  MaybePromise,
  OrderedSnapshot,
  Page,
  PageRange,
  Value,
} from "@caterpillar/storage-core/driver";
import type { At, Reads } from "./reads.ts";

export class LmdbSnapshot implements OrderedSnapshot {
  readonly #reads: Reads;
  readonly #at: At;
  readonly #whenClosed: () => void | Promise<void>;

  constructor(reads: Reads, whenClosed: () => void | Promise<void> = () => {}) {
    this.#reads = reads;
    this.#at = { transaction: reads.pin() };
    this.#whenClosed = whenClosed;
  }

  get(key: string, as: As): Value | undefined {
    return this.#reads.get(key, as, this.#at);
  }

  /** lmdb-js has a method for many keys, which reads the newest state instead of this one. */
  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return this.#reads.getMany(keys, as, this.#at);
  }

  page(range: PageRange, as: Form): Page<Entry> {
    return this.#reads.page(range, as, this.#at);
  }

  keys(range: PageRange): Page<string> {
    return this.#reads.keys(range, this.#at);
  }

  nth(range: PageRange, index: number): string | undefined {
    return this.#reads.nth(range, index, this.#at);
  }

  close(): MaybePromise<void> {
    this.#at.transaction.done();
    return this.#whenClosed();
  }
}
