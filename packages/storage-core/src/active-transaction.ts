/**
 * A transaction under way: a snapshot, the writes on top of it, and the calls and iterations that use them.
 *
 * Its life: open, sealed (commit or rollback was called: no new call is taken, those in flight go on), over.
 */
import type { Access, Look, Target } from "./access.ts";
import { CallOrder } from "./call-order.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { Shape } from "./cursor.ts";
import type { As, Durability, Snapshot, Value } from "./driver.ts";
import { StorageReadonlyError, TransactionStateError } from "./errors.ts";
import { InFlight } from "./in-flight.ts";
import type { Source } from "./iteration.ts";
import { chain, ignore, isPromise, type MaybePromise } from "./maybe-promise.ts";
import type { Write } from "./overlay.ts";
import type { Interval } from "./range.ts";
import { View } from "./view.ts";

export interface TransactionSettings {
  readonly queue: CommitQueue;
  readonly durability: Durability;
  /** How long to wait for the engine at commit, in milliseconds. */
  readonly timeout: number;
  /** Why nothing can be written, where nothing can. */
  readonly readonly: string | undefined;
}

export class ActiveTransaction implements Access {
  readonly #settings: TransactionSettings;
  readonly #order = new CallOrder();
  readonly #inFlight = new InFlight();
  #view: View | undefined;
  /** Why no more calls are taken; `undefined` while they are. */
  #sealed: string | undefined;

  /** Takes over the snapshot. Calls may be made at once: they wait for it. */
  constructor(snapshot: MaybePromise<Snapshot>, settings: TransactionSettings) {
    this.#settings = settings;
    const ready = this.#order.run(() =>
      chain(snapshot, (pinned) => {
        this.#view = new View(pinned);
      }),
    );
    if (isPromise(ready)) this.#inFlight.track(ready).catch(ignore);
  }

  /** Takes no more calls; `how` it ended, for the error of those that come. Throws where that was said before. */
  seal(how: string): void {
    this.check();
    this.#sealed = how;
  }

  /** Waits for the calls in flight, then applies the writes. Sealed before. */
  async commit(): Promise<void> {
    const { queue, durability, timeout } = this.#settings;
    await this.#finish(async () => {
      const view = this.#pinned();
      if (!view.overlay.isEmpty) await queue.commit(view, durability, timeout);
    });
  }

  /** Waits for the calls in flight, then drops the writes. Sealed before. */
  async rollback(): Promise<void> {
    await this.#finish(ignore);
  }

  get sealed(): boolean {
    return this.#sealed !== undefined;
  }

  check(): void {
    if (this.#sealed !== undefined) {
      throw new TransactionStateError(
        `the transaction is over (${this.#sealed}); begin another one`,
      );
    }
  }

  mayRead(): void {
    this.check();
  }

  mayWrite(): void {
    this.check();
    if (this.#settings.readonly !== undefined) {
      throw new StorageReadonlyError(this.#settings.readonly);
    }
  }

  read<T, G>(_target: Target, given: MaybePromise<G>, look: Look<T, G>): MaybePromise<T> {
    this.check();
    // Only what is looked up in the own writes has to be done in turn; the snapshot stays as it is.
    return this.#inFlight.pace(() =>
      chain(
        chain(given, (read) => this.#order.run(() => ({ answer: look(this.#pinned(), read) }))),
        ({ answer }) => answer,
      ),
    );
  }

  get(container: string, key: string, as: As): MaybePromise<Value | undefined> {
    return this.read({ container, key }, undefined, (view) => view.get(container, key, as));
  }

  write(write: MaybePromise<Write>): MaybePromise<void> {
    this.mayWrite();
    const apply = (read: Write): MaybePromise<void> =>
      this.#order.run(() => this.#pinned().apply(read));
    return this.#inFlight.pace(() => chain(write, apply));
  }

  walk<T>(container: string, interval: Interval, shape: Shape<T>): Source<T> {
    return {
      check: () => this.check(),
      enter: (step) => {
        this.check();
        return this.#inFlight.track(step());
      },
      open: () =>
        chain(
          this.#order.run(() => ({ cursor: this.#pinned().walk(container, interval, shape) })),
          (boxed) => chain(boxed.cursor, (cursor) => ({ cursor, end: ignore })),
        ),
    };
  }

  #pinned(): View {
    if (this.#view === undefined) {
      throw new TransactionStateError("the transaction has not begun: its snapshot failed");
    }
    return this.#view;
  }

  async #finish(apply: () => void | Promise<void>): Promise<void> {
    await this.#inFlight.idle();
    try {
      await apply();
    } finally {
      const view = this.#view;
      this.#view = undefined;
      if (view !== undefined) await view.snapshot.close();
    }
  }
}
