/** Leaves the event loop alive where a synchronous engine is written to, call after call: somebody who cares would do so, too. */

/** As long as a storage keeps a turn of the event loop busy, in milliseconds. */
const SLICE_MS = 3;

export class Pacing {
  #began = performance.now();

  /** Something to wait for, where the turn of the event loop has been busy for long. */
  rest(): Promise<void> | undefined {
    if (performance.now() - this.#began < SLICE_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#began = performance.now();
        resolve();
      });
    });
  }
}
