/** Counts the calls that are under way, for those who must wait until there are none. */
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
