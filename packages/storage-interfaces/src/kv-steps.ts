/** How a KVStore does in one atomic step what takes several. */
import { Storage, type Transaction } from "@caterpillar/storage-core";
import { BoundOperations } from "@caterpillar/storage-core/interface";

/**
 * Runs steps in the transaction that the view is in, or that its storage has begun; in one of its own where there is none. They may run again, on a
 * newer state.
 */
export async function together<V extends { in(tx: Transaction): V }, T>(
  view: V,
  place: Storage | Transaction,
  steps: (view: V) => Promise<T>,
): Promise<T> {
  if (!(place instanceof Storage)) return await steps(view);
  if (place.inTransaction) {
    // To the view it is a transaction like others. No step may come after its end, as a write outside of it.
    return await steps(view.in(new BoundOperations(place) as unknown as Transaction));
  }
  return await place.transaction((tx) => steps(view.in(tx)));
}

/** Thrown where a function was to answer at once, and answered a promise. Its answer is kept, as the function is not to be asked twice for nothing. */
export class AnsweredLater extends Error {
  readonly #current: string | undefined;
  #answer: PromiseLike<unknown> | undefined;

  static is(answer: unknown): answer is PromiseLike<unknown> {
    return typeof answer === "object" && answer !== null && "then" in answer;
  }

  constructor(current: string | undefined, answer: PromiseLike<unknown>) {
    super("the function answers a promise");
    this.#current = current;
    this.#answer = answer;
    // Where it is not used any more, its failure is no news.
    answer.then(undefined, () => {});
  }

  /** The answer, if it is to this value; once. */
  take(current: string | undefined): PromiseLike<unknown> | undefined {
    const answer = current === this.#current ? this.#answer : undefined;
    this.#answer = undefined;
    return answer;
  }
}
