/**
 * Calls outside of a transaction: each sees the newest state of its own, and commits by itself.
 *
 * On one storage they take effect in call order. A read waits for those of its storage's own writes that it may depend on, and
 * for nothing else. Reads from within a `transaction()` wait for no write: that write may be waiting for the transaction.
 */
import { type Access, type Look, type Target, touches } from "./access.ts";
import type { CallOrder } from "./call-order.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { Shape } from "./cursor.ts";
import type { As, Durability, Snapshot, Value } from "./driver.ts";
import { StorageReadonlyError, TransactionStateError } from "./errors.ts";
import type { InFlight } from "./in-flight.ts";
import { isInside } from "./inside.ts";
import type { Lease, Source } from "./iteration.ts";
import { chain, ignore, isPromise, type MaybePromise } from "./maybe-promise.ts";
import type { Write } from "./overlay.ts";
import type { Interval } from "./range.ts";
import { inForm } from "./values.ts";
import { View } from "./view.ts";
import { busy, type Deadline, deadlineIn, EARLIER_CALLS, inTime, timeLeft } from "./wait.ts";

export interface AutocommitSettings {
  readonly queue: CommitQueue;
  readonly durability: Durability;
  readonly timeout: number;
  /** Why nothing can be written, where nothing can. */
  readonly readonly: string | undefined;
  /** The order of all calls on the storage, and those in flight. */
  readonly order: CallOrder;
  readonly inFlight: InFlight;
  /** Throws after the storage was closed. */
  readonly check: () => void;
}

export class Autocommit implements Access {
  readonly #settings: AutocommitSettings;
  /** Writes that were made and are not committed yet. */
  readonly #pending = new Map<Write, Promise<void>>();
  /** Reads that wait for one of those writes, until their snapshots are pinned. */
  readonly #pinning = new Set<Promise<unknown>>();
  readonly #leases = new Set<Lease<unknown>>();

  constructor(settings: AutocommitSettings) {
    this.#settings = settings;
  }

  read<T, G>(target: Target, given: MaybePromise<G>, look: Look<T, G>): MaybePromise<T> {
    this.mayRead();
    return this.#settings.inFlight.pace(() =>
      chain(given, (read) => this.#look(target, (view) => look(view, read))),
    );
  }

  get(container: string, key: string, as: As): MaybePromise<Value | undefined> {
    this.mayRead();
    return this.#settings.inFlight.pace(() => {
      const newest = this.#newest(container, key, as);
      if (newest !== null) return newest;
      return this.#look({ container, key }, (view) => view.get(container, key, as));
    });
  }

  #look<T>(target: Target, look: (view: View) => MaybePromise<T>): MaybePromise<T> {
    return chain(this.pin(target), (snapshot) => lookAndClose(snapshot, look));
  }

  /** What the engine says without a snapshot; `null` where it cannot, or where the read has to wait for earlier calls. */
  #newest(container: string, key: string, as: As): Value | undefined | null {
    const { queue, order } = this.#settings;
    const waits = order.idle() !== undefined || this.#pending.size > 0;
    if (waits && !isInside(queue)) return null;
    const value = queue.get(container, key, as);
    return value === null || value === undefined || as === "presence" ? value : inForm(value, as);
  }

  mayRead(): void {
    this.#settings.check();
  }

  mayWrite(): void {
    const { check, queue, readonly } = this.#settings;
    check();
    if (readonly !== undefined) throw new StorageReadonlyError(readonly);
    if (isInside(queue)) {
      throw new TransactionStateError(
        "a write on the storage inside of transaction() would wait for itself; write on the transaction that the function was given",
      );
    }
  }

  write(write: MaybePromise<Write>): MaybePromise<void> {
    this.mayWrite();
    return this.#settings.inFlight.pace(() =>
      chain(
        chain(write, (read) => this.#enter(read)),
        ({ done }) => done,
      ),
    );
  }

  walk<T>(container: string, interval: Interval, shape: Shape<T>): Source<T> {
    const { check, inFlight } = this.#settings;
    return {
      check,
      enter: (step) => {
        check();
        return inFlight.track(step());
      },
      open: () =>
        chain(this.pin({ container }), (snapshot) =>
          this.#lease(snapshot, (view) => view.walk(container, interval, shape)),
        ),
    };
  }

  /** Pins the newest state, with all earlier writes of this storage in it that the target may depend on. */
  pin(target: Target): MaybePromise<Snapshot> {
    const { queue, durability, timeout, order } = this.#settings;
    const pin = (): MaybePromise<Snapshot> => queue.pin(durability, deadlineIn(timeout));
    if (isInside(queue)) return pin();
    // Those that must wait for a write are waited for by later writes alone: other reads overtake them.
    const boxed = order.run(() => {
      const before = this.#settled(target);
      return before === undefined ? pin() : { pinned: this.#hold(before.then(pin)) };
    });
    return chain(boxed, (either) => ("pinned" in either ? either.pinned : either));
  }

  /** Resolves when no read waits for its snapshot any more: what comes later must not be seen by it. */
  readsPinned(): MaybePromise<void> {
    if (this.#pinning.size > 0) return Promise.all(this.#pinning).then(ignore);
  }

  /** Lets go of all iterations. None has a call in flight. */
  endIterations(): void {
    for (const lease of this.#leases) lease.end();
  }

  /** Waits for earlier calls on this storage, but no longer than a call waits, and hands the write to the queue. */
  #enter(write: Write): MaybePromise<{ done: Promise<void> }> {
    const { order, timeout } = this.#settings;
    const deadline = deadlineIn(timeout);
    let waited = false;
    const entered = order.run(() => {
      const enter = (): { done: Promise<void> } => {
        if (waited && timeLeft(deadline) <= 0) throw busy(deadline, EARLIER_CALLS);
        return { done: this.#commit(write, deadline) };
      };
      return chain(this.readsPinned(), enter);
    });
    if (!isPromise(entered)) return entered;
    waited = true;
    return inTime(entered, deadline, EARLIER_CALLS, undefined);
  }

  #commit(write: Write, deadline: Deadline): Promise<void> {
    const { queue, durability } = this.#settings;
    const done = queue.write(write, durability, deadline);
    this.#pending.set(write, done);
    const forget = (): void => {
      this.#pending.delete(write);
    };
    done.then(forget, forget);
    return done;
  }

  /** Resolves when the pending writes that the target may depend on have come out one way or the other; `undefined` where none is. */
  #settled(target: Target): Promise<unknown> | undefined {
    const relevant: Promise<void>[] = [];
    for (const [write, done] of this.#pending) if (touches(write, target)) relevant.push(done);
    return relevant.length === 0 ? undefined : Promise.allSettled(relevant);
  }

  /** Keeps later writes waiting until the snapshot is pinned. */
  #hold(pinned: Promise<Snapshot>): Promise<Snapshot> {
    const settled: Promise<unknown> = pinned
      .catch(ignore)
      .then(() => this.#pinning.delete(settled));
    this.#pinning.add(settled);
    return pinned;
  }

  async #lease<T>(
    snapshot: Snapshot,
    walk: (view: View) => MaybePromise<Lease<T>["cursor"]>,
  ): Promise<Lease<T>> {
    let open = true;
    const close = (): void => {
      if (!open) return;
      open = false;
      this.#leases.delete(lease as Lease<unknown>);
      void snapshot.close();
    };
    let lease: Lease<T> | undefined;
    try {
      lease = { cursor: await walk(new View(snapshot)), end: close };
      this.#leases.add(lease as Lease<unknown>);
      return lease;
    } catch (error) {
      close();
      throw error;
    }
  }
}

/** Answers from the snapshot and closes it, without a promise where the engine needs none. */
function lookAndClose<T>(
  snapshot: Snapshot,
  look: (view: View) => MaybePromise<T>,
): MaybePromise<T> {
  let answer: MaybePromise<T>;
  try {
    answer = look(new View(snapshot));
  } catch (error) {
    return chain(snapshot.close(), () => {
      throw error;
    });
  }
  if (!isPromise(answer)) {
    const value = answer;
    return chain(snapshot.close(), () => value);
  }
  return answer.finally(() => snapshot.close());
}
