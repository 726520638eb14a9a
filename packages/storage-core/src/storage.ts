/** A storage, as callers see it: a session on an engine. */
import type { Access } from "./access.ts";
import { ActiveTransaction, type TransactionSettings } from "./active-transaction.ts";
import { Autocommit } from "./autocommit.ts";
import { CallOrder } from "./call-order.ts";
import type { Turn } from "./commit-queue.ts";
import type { Snapshot } from "./driver.ts";
import type { SharedEngine } from "./engine-registry.ts";
import {
  StorageAbortError,
  StorageClosedError,
  TransactionConflictError,
  TransactionStateError,
} from "./errors.ts";
import { InFlight } from "./in-flight.ts";
import { isInside, isRunningIn, runInside } from "./inside.ts";
import { describe } from "./keys.ts";
import { chain, ignore, isPromise } from "./maybe-promise.ts";
import { Operations } from "./operations.ts";
import {
  type CheckedOpenOptions,
  checkTransactionOptions,
  type TransactionOptions,
} from "./options.ts";
import { type EndTransaction, Transaction } from "./transaction.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";
import { type Deadline, deadlineIn, EARLIER_CALLS, inTime, sleep } from "./wait.ts";

type Run<T> = (tx: Transaction, attempt: number) => T | Promise<T>;

/** So many times a function is run again at once before there is a pause. */
const TRIES_AT_ONCE = 3;
/** The longest pause before a function is run again after a conflict, in milliseconds. */
const LONGEST_PAUSE = 16;

/**
 * An open storage: at most one transaction of its own, begun by hand, and any number of calls outside of it.
 *
 * Opened by a driver: `SqliteStorage.open(path)`. Any number of storages may be open on one path; those of one thread share
 * one engine. A storage belongs to the thread that opened it: others open their own.
 */
export class Storage extends Operations implements AsyncDisposable {
  readonly #engine: SharedEngine;
  readonly #options: CheckedOpenOptions;
  readonly #order = new CallOrder();
  readonly #inFlight = new InFlight();
  readonly #autocommit: Autocommit;
  /** The transaction begun by hand, until its end is called for. */
  #begun: ActiveTransaction | undefined;
  #closed: Promise<void> | undefined;

  /** Made by a driver's `open`. */
  constructor(engine: SharedEngine, options: CheckedOpenOptions) {
    super();
    this.#engine = engine;
    this.#options = options;
    this.#autocommit = new Autocommit({
      ...this.#settings(false),
      order: this.#order,
      inFlight: this.#inFlight,
      check: () => this.#check(),
    });
  }

  /** Where it is: the real path, or the driver's own name for it. */
  get path(): string {
    return this.#engine.path;
  }

  /** Whether it was opened with `readonly`. */
  get readonly(): boolean {
    return this.#options.readonly;
  }

  /** Whether `begin()` has begun a transaction that is not over: calls on the storage are part of it. Of `transaction()` it says nothing. */
  get inTransaction(): boolean {
    return this.#begun !== undefined;
  }

  /** @internal */
  protected access(): Access {
    this.#check();
    return this.#begun ?? this.#autocommit;
  }

  /**
   * Begins a transaction. It sees all that was committed before this call, and nothing that is committed after this
   * resolves. Until `commit()` or `rollback()`, all calls on the storage are part of it. Resolves to the transaction, which may
   * be used as well, and with `await using` is rolled back where it was not committed.
   *
   * `TransactionStateError` if one has been begun; that one is untouched.
   */
  async begin(): Promise<Transaction> {
    this.#check();
    if (this.#begun !== undefined) {
      throw new TransactionStateError(
        "a transaction has been begun on this storage already; commit it or roll it back, or open a second storage",
      );
    }
    const snapshot = this.#autocommit.pin("everything");
    const active = new ActiveTransaction(snapshot, this.#settings(this.readonly));
    this.#begun = active;
    if (isPromise(snapshot)) {
      try {
        await this.#inFlight.track(snapshot);
      } catch (error) {
        if (this.#begun === active) this.#begun = undefined;
        throw error;
      }
    }
    return new Transaction(active, (how) => this.#end(active, how));
  }

  /**
   * Applies the writes of the begun transaction in one atomic step; resolves when they are durable as declared at `open`.
   * Waits for the calls in flight. `TransactionConflictError`, nothing written, if it wrote and somebody else has committed since
   * it began. Either way the transaction is over. `TransactionStateError` if none has been begun.
   */
  async commit(): Promise<void> {
    await this.#end(this.#current("commit"), "commit");
  }

  /** Drops the writes of the begun transaction. Waits for the calls in flight. `TransactionStateError` if none has been begun. */
  async rollback(): Promise<void> {
    await this.#end(this.#current("rollback"), "rollback");
  }

  /**
   * Runs a function in a transaction of its own, whatever `begin()` has begun: commits when it resolves and answers what it
   * resolved to, rolls back when it rejects, and rejects with the same.
   *
   * In one thread such transactions run one after another, first come first served, together with the writes outside of
   * transactions, so they never conflict with each other. Where another process or thread, or a transaction begun by hand,
   * commits in between, the function runs again on a fresh snapshot: `attempt` counts from 1. It should therefore have no effects
   * but those on its transaction.
   *
   * Inside the function, reads on the storage see the committed state. A write or another `transaction()` on the storage would
   * wait for this one to end, and is a `TransactionStateError`.
   *
   * Rejects with `StorageBusyError` if its turn does not come in time, `TransactionConflictError` when all retries have met a
   * conflict, `StorageAbortError` if the signal is aborted. In all three cases nothing was written.
   */
  async transaction<T>(
    run: (tx: Transaction, attempt: number) => T | Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    if (typeof run !== "function") {
      throw new TypeError(`transaction() takes a function, not ${describe(run)}`);
    }
    const { readonly, retries, timeout, signal } = checkTransactionOptions(options);
    this.#check();
    if (signal?.aborted) throw new StorageAbortError(signal.reason);
    if (readonly || this.readonly) return await this.#inFlight.track(this.#readIn(run));
    this.#autocommit.mayWrite();
    const deadline = deadlineIn(timeout ?? this.#options.timeout);
    const write = async (): Promise<T> => {
      const turn = await this.#turn(deadline, signal);
      try {
        return await this.#untilCommitted(run, retries, signal);
      } finally {
        turn.end();
      }
    };
    return await this.#inFlight.track(write());
  }

  /**
   * Closes the storage: rolls an open transaction back, waits for all calls in flight, running transactions included, ends open
   * iterations, and lets go of the engine. May be called again. Every other call after it rejects with `StorageClosedError`.
   */
  async close(): Promise<void> {
    // Calls in flight on a storage beside it may wait for the transaction, too.
    if (isRunningIn(this) || (isInside(this.#engine.queue) && this.#inFlight.busy)) {
      throw new TransactionStateError(
        "close() inside of transaction() would wait for the transaction itself; close the storage outside",
      );
    }
    this.#closed ??= this.#shutDown(this.#begun);
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #check(): void {
    if (this.#closed !== undefined) {
      throw new StorageClosedError(`the storage ${this.path} was closed; open it again`);
    }
  }

  #current(call: string): ActiveTransaction {
    this.#check();
    if (this.#begun === undefined) {
      throw new TransactionStateError(`${call}() without a transaction: call begin() first`);
    }
    return this.#begun;
  }

  readonly #end = (
    active: ActiveTransaction,
    how: Parameters<EndTransaction>[0],
  ): Promise<void> => {
    active.seal(how === "commit" ? "committed" : "rolled back");
    if (this.#begun === active) this.#begun = undefined;
    const end = (): Promise<void> => active[how]();
    // Later calls on the storage see what was committed. Inside of transaction(), those before may be waiting for that.
    const ended = isInside(this.#engine.queue)
      ? end()
      : this.#order.run(() => chain(this.#autocommit.readsPinned(), end));
    return this.#inFlight.track(Promise.resolve(ended));
  };

  #settings(readonly: boolean): TransactionSettings {
    const { durability, timeout } = this.#options;
    let reason: string | undefined;
    if (this.readonly) reason = `the storage ${this.path} was opened with readonly`;
    else if (readonly) reason = "the transaction was begun with readonly";
    return { queue: this.#engine.queue, durability, timeout, readonly: reason };
  }

  /** Runs the function on a snapshot. Waits for nobody's turn, so it may write elsewhere on the storage. */
  async #readIn<T>(run: Run<T>): Promise<T> {
    const snapshot = await this.#autocommit.pin("everything");
    // No loop of transactions starves the rest, whatever they do.
    if (crowded()) await nextTurn();
    const outcome = await this.#attempt(run, 1, snapshot, true);
    if ("conflict" in outcome) throw outcome.conflict;
    return outcome.result;
  }

  /** Waits for earlier calls on this storage, and then for those in the queue. */
  async #turn(deadline: Deadline, signal: AbortSignal | undefined): Promise<Turn> {
    const enter = (): { turn: Promise<Turn> } => ({
      turn: this.#engine.queue.turn(deadline, signal),
    });
    const wanted = this.#order.run(() => chain(this.#autocommit.readsPinned(), enter));
    if (!isPromise(wanted)) return await wanted.turn;
    try {
      const entered = inTime(wanted, deadline, EARLIER_CALLS, signal);
      return await (await entered).turn;
    } catch (error) {
      // A turn that comes when nobody waits for it any more is given back.
      wanted.then(({ turn }) => turn.then((late) => late.end(), ignore)).catch(ignore);
      throw error;
    }
  }

  /** Runs the function again and again, until its transaction is committed. It is the caller's turn. */
  async #untilCommitted<T>(
    run: Run<T>,
    retries: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { durability, timeout } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (signal?.aborted) throw new StorageAbortError(signal.reason);
      const snapshot = await this.#engine.queue.pin(durability, deadlineIn(timeout));
      const outcome = await this.#attempt(run, attempt, snapshot, false);
      if ("result" in outcome) return outcome.result;
      if (attempt > retries) throw outcome.conflict;
      // Who was waited for leaves others a moment, in which a pause would be too long. The pauses are random, so that those who have met do not meet again and again.
      if (attempt % TRIES_AT_ONCE > 0) await nextTurn();
      else await sleep(Math.random() * Math.min(attempt, LONGEST_PAUSE), signal);
    }
  }

  /** Runs the function once. A conflict is an outcome only at commit: one that the function throws is its own. */
  async #attempt<T>(
    run: Run<T>,
    attempt: number,
    snapshot: Snapshot,
    readonly: boolean,
  ): Promise<{ result: T } | { conflict: TransactionConflictError }> {
    const active = new ActiveTransaction(snapshot, this.#settings(readonly));
    const queue = readonly ? undefined : this.#engine.queue;
    let result: T;
    try {
      const tx = new Transaction(active, undefined);
      result = await runInside({ queue, owner: this }, () => run(tx, attempt));
    } catch (error) {
      active.seal("its function failed, and it was rolled back");
      await active.rollback();
      throw error;
    }
    active.seal("its function ended, and it was committed");
    try {
      await active.commit();
    } catch (error) {
      if (error instanceof TransactionConflictError) return { conflict: error };
      throw error;
    }
    return { result };
  }

  async #shutDown(begun: ActiveTransaction | undefined): Promise<void> {
    if (begun !== undefined) await this.#end(begun, "rollback");
    await this.#inFlight.idle();
    this.#autocommit.endIterations();
    await this.#engine.release();
  }
}
