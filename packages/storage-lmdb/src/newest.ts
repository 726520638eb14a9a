/** Reads of the newest state, in the read transaction that lmdb-js has for all reads of a turn of the event loop. */
import type { As, Value } from "@caterpillar/storage-core/driver";
import { translate } from "./errors.ts";
import type { Reads } from "./reads.ts";

export class LmdbNewest {
  readonly #reads: Reads;
  readonly #path: string;

  constructor(reads: Reads, path: string) {
    this.#reads = reads;
    this.#path = path;
  }

  /** Ends the transaction, so that the next read begins it anew, on what is committed then. */
  renew(): this {
    try {
      this.#reads.db.resetReadTxn();
      return this;
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  get(key: string, as: As): Value | undefined {
    try {
      return this.#reads.get(key, as);
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}
