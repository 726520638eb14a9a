/** Lets calls take effect in the order in which they were made, without a promise where nobody has to wait. */
import { isPromise, type MaybePromise } from "./maybe-promise.ts";

export class CallOrder {
  #last: Promise<void> | undefined;

  /**
   * Runs the step when all earlier ones have settled: at once where they have. Later calls wait until it settles.
   * What may go on beside them is answered in a box: `run(() => ({ answer }))`.
   */
  run<T>(step: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#last !== undefined) return this.#hold(this.#last.then(step));
    const result = step();
    return isPromise(result) ? this.#hold(result) : result;
  }

  /** Resolves when all calls made so far have settled; `undefined` where they have. */
  idle(): Promise<void> | undefined {
    return this.#last;
  }

  #hold<T>(result: Promise<T>): Promise<T> {
    const settled: Promise<void> = result.then(
      () => this.#release(settled),
      () => this.#release(settled),
    );
    this.#last = settled;
    return result;
  }

  #release(settled: Promise<void>): void {
    if (this.#last === settled) this.#last = undefined;
  }
}
