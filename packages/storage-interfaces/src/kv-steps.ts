/** How a KVStore does in one atomic step what takes several. */
import {
  ContainerNotFoundError,
  Storage,
  type Transaction,
  TransactionStateError,
} from "@caterpillar/storage-core";

/**
 * Runs steps in the transaction that the view is in, or that its storage has begun; in one of its own where there is none. They may run again, on a
 * newer state.
 */
export async function together<V extends { in(tx: Transaction): V }, T>(
  view: V,
  place: Storage | Transaction,
  steps: (view: V) => Promise<T>,
): Promise<T> {
  if (!(place instanceof Storage) || place.readonly) return await steps(view);
  let refused = true;
  try {
    const outcome = await place.transaction(async (tx) => {
      refused = false;
      if (await hasBegun(place)) return undefined;
      return { answer: await steps(view.in(tx)) };
    });
    if (outcome !== undefined) return outcome.answer;
  } catch (error) {
    // Inside of a transaction() there is no other; what was begun by hand can be used there all the same.
    if (!refused || !(error instanceof TransactionStateError)) throw error;
    if (!(await hasBegun(place))) throw error;
  }
  return await steps(view);
}

/**
 * Whether `begin()` has begun a transaction, asked inside of `transaction()`. The core does not say so, but there it refuses every write on the storage
 * itself, also one of nothing to a container that need not exist, unless it is part of what was begun.
 */
async function hasBegun(storage: Storage): Promise<boolean> {
  try {
    await storage.container("any").setMany([]);
  } catch (error) {
    if (error instanceof TransactionStateError) return false;
    if (!(error instanceof ContainerNotFoundError)) throw error;
  }
  return true;
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
