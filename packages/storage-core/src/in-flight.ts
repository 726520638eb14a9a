/** The calls that are under way. */
import { paced } from "./access.ts";
import { isPromise, type MaybePromise } from "./maybe-promise.ts";

/** Counts calls, for those who must wait until there are none. */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Counts the call until it settles, and returns it. */
  track<T>(call: Promise<T>): Promise<T> {
    this.#count++;
    const settled = (): void => {
      this.#count--;
      if (this.#count > 0) return;
      for (const resume of this.#waiting.splice(0)) resume();
    };
    call.then(settled, settled);
    return call;
  }

  /** Calls, counts the call where it does not answer at once, and paces its answer. */
  pace<T>(call: () => MaybePromise<T>): MaybePromise<T> {
    const answer = paced(call);
    return isPromise(answer) ? this.track(answer) : answer;
  }

  /** Whether a call is under way. */
  get busy(): boolean {
    return this.#count > 0;
  }

  /** Resolves when no call is under way; `undefined` where none is. */
  idle(): Promise<void> | undefined {
    if (this.#count === 0) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
