/**
 * Iterators over a range of a container, as callers see them.
 *
 * An iteration is pinned at its first `next()` and let go at its end, at `break`, `return` and `throw`, when its transaction
 * ends and when its storage closes. One that was abandoned is let go when it is garbage collected. Between two calls it holds
 * a page and a snapshot, and keeps nobody waiting.
 */
import type { Cursor } from "./cursor.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";

/** What keeps an iteration's snapshot open. */
export interface Lease<T> {
  readonly cursor: Cursor<T>;
  /** Lets go; may be called more than once. */
  end(): void;
}

/** Where an iteration comes from. */
export interface Source<T> {
  /** Pins what the iteration shows. Called within `enter`. */
  open(): MaybePromise<Lease<T>>;
  /** Runs a step as a call in flight, which commit, rollback and close wait for. Throws what `check` throws. */
  enter<R>(step: () => Promise<R>): Promise<R>;
  /** Throws where the iteration may not go on: the transaction has ended, the storage was closed. */
  check(): void;
}

const abandoned = new FinalizationRegistry<Lease<unknown>>((lease) => lease.end());

export class Iteration<T, U> implements AsyncIterableIterator<U, undefined, undefined> {
  readonly #from: () => Source<T>;
  readonly #map: (item: T) => U;
  #source: Source<T> | undefined;
  #lease: Lease<T> | undefined;
  #page: readonly T[] = [];
  #index = 0;
  #finished = false;
  /** The last call of `next` or `return` that has not settled. */
  #last: Promise<unknown> | undefined;

  /** `from` is asked at the first `next()`, and may throw. */
  constructor(from: () => Source<T>, map: (item: T) => U) {
    this.#from = from;
    this.#map = map;
  }

  /** The next item, from the page at hand where there is one. Calls may overlap; they are answered in order. */
  next(): Promise<IteratorResult<U, undefined>> {
    if (this.#last !== undefined || this.#index >= this.#page.length) {
      return this.#inOrder(() => this.#advance());
    }
    try {
      this.#source?.check();
      return Promise.resolve(this.#take());
    } catch (error) {
      this.#finish();
      return Promise.reject(error);
    }
  }

  /** Ends the iteration and lets its snapshot go. */
  return(): Promise<IteratorResult<U, undefined>> {
    return this.#inOrder(async () => {
      this.#finish();
      return { done: true, value: undefined };
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #inOrder<R>(step: () => Promise<R>): Promise<R> {
    const result = this.#last === undefined ? step() : this.#last.then(step, step);
    const settled = (): void => {
      if (this.#last === result) this.#last = undefined;
    };
    this.#last = result;
    result.then(settled, settled);
    return result;
  }

  #take(): IteratorResult<U, undefined> {
    return { done: false, value: this.#map(this.#page[this.#index++] as T) };
  }

  async #advance(): Promise<IteratorResult<U, undefined>> {
    try {
      if (!this.#finished && this.#index >= this.#page.length) {
        this.#source ??= this.#from();
        const source = this.#source;
        await source.enter(() => this.#turnPage(source));
      }
      if (this.#index < this.#page.length) return this.#take();
      this.#finish();
      return { done: true, value: undefined };
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Brings in the next page that has something in it, if there is one. */
  async #turnPage(source: Source<T>): Promise<void> {
    if (this.#lease === undefined) {
      this.#lease = await source.open();
      abandoned.register(this, this.#lease, this);
    }
    const { cursor } = this.#lease;
    this.#index = 0;
    this.#page = [];
    while (this.#page.length === 0 && !cursor.done) {
      if (crowded()) await nextTurn();
      this.#page = await cursor.next();
    }
  }

  #finish(): void {
    this.#finished = true;
    this.#page = [];
    this.#index = 0;
    abandoned.unregister(this);
    this.#lease?.end();
    this.#lease = undefined;
  }
}
