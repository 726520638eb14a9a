/** Transactions, as callers see them. */
import type { Access } from "./access.ts";
import type { ActiveTransaction } from "./active-transaction.ts";
import { TransactionStateError } from "./errors.ts";
import { Operations } from "./operations.ts";

/** How a transaction comes to its end. `undefined` where only `transaction()` may end it. */
export type EndTransaction = (how: "commit" | "rollback") => Promise<void>;

/**
 * A snapshot of the storage, and the writes made on top of it, applied in one atomic step at commit.
 *
 * All reads see the state as of the beginning, with the transaction's own writes in it. An operation that fails leaves the
 * transaction usable, with nothing of that operation written. When it is over, every call rejects with
 * `TransactionStateError`.
 *
 * `storage.begin()` answers one that is ended by hand; `storage.transaction()` gives one to its function, and ends it.
 */
export class Transaction extends Operations implements AsyncDisposable {
  readonly #active: ActiveTransaction;
  readonly #end: EndTransaction | undefined;

  /** Made by a storage. */
  constructor(active: ActiveTransaction, end: EndTransaction | undefined) {
    super();
    this.#active = active;
    this.#end = end;
  }

  /** @internal */
  protected access(): Access {
    this.#active.check();
    return this.#active;
  }

  /** Always rejects with `TransactionStateError`: a transaction does not nest. */
  async begin(): Promise<never> {
    this.#active.check();
    throw new TransactionStateError("this transaction has begun already, and does not nest");
  }

  /**
   * Applies all writes in one atomic step; resolves when they are durable as the storage was told. Waits for the calls in flight.
   * Rejects with `TransactionConflictError`, nothing written, where there were writes and somebody else has committed since the
   * snapshot was taken. Either way the transaction is over.
   */
  async commit(): Promise<void> {
    await this.#endBy("commit");
  }

  /** Drops all writes. Waits for the calls in flight. */
  async rollback(): Promise<void> {
    await this.#endBy("rollback");
  }

  /** Rolls back, if the transaction is not over yet. */
  async close(): Promise<void> {
    if (!this.#active.sealed) await this.rollback();
  }

  /** Rolls back, if the transaction is not over yet; leaves one of `transaction()` to its function. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end !== undefined) await this.close();
  }

  async #endBy(how: "commit" | "rollback"): Promise<void> {
    this.#active.check();
    if (this.#end === undefined) {
      throw new TransactionStateError(
        "transaction() commits when its function resolves, and rolls back when it rejects; throw an error to roll back",
      );
    }
    await this.#end(how);
  }
}
