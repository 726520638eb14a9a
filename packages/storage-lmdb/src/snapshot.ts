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
import { translate } from "./errors.ts";
import type { At, Reads } from "./reads.ts";

export class LmdbSnapshot implements OrderedSnapshot {
  readonly #reads: Reads;
  readonly #path: string;
  readonly #at: At;
  readonly #whenClosed: () => void | Promise<void>;

  constructor(reads: Reads, path: string, whenClosed: () => void | Promise<void> = () => {}) {
    this.#reads = reads;
    this.#path = path;
    this.#whenClosed = whenClosed;
    this.#at = this.#read(() => {
      // What was read in this turn of the event loop has its transaction already, which is that of an older state.
      reads.db.resetReadTxn();
      return { transaction: reads.db.useReadTransaction() };
    });
  }

  get(key: string, as: As): Value | undefined {
    return this.#read(() => this.#reads.get(key, as, this.#at));
  }

  /** lmdb-js has a method for many keys, which reads the newest state instead of this one. */
  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return this.#read(() => keys.map((key) => this.#reads.get(key, as, this.#at)));
  }

  page(range: PageRange, as: Form): Page<Entry> {
    return this.#read(() => this.#reads.page(range, as, this.#at));
  }

  keys(range: PageRange): Page<string> {
    return this.#read(() => this.#reads.keys(range, this.#at));
  }

  close(): MaybePromise<void> {
    this.#at.transaction.done();
    return this.#whenClosed();
  }

  #read<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}
