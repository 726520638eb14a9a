/**
 * Deletes the items of generations that no container has any more, in the background, a few at a time.
 *
 * A step is a write like any other, but no commit: it changes nothing that anybody can see. It may stop at any point, with the process,
 * too: `g` goes last, so the next storage that writes goes on. A process that has nothing else to do does not wait for it.
 */
import type { CallOrder } from "./call-order.ts";
import { StorageBusyError } from "./errors.ts";
import { GARBAGE, ITEM, keysWith } from "./ordered-layout.ts";
import type { OrderedStore } from "./ordered-store.ts";
import { crowded, nextTurn } from "./turn-of-loop.ts";

/** Items that are deleted in one write. */
const ITEMS_AT_ONCE = 1000;
/** How often a step makes room for others where the turn of the event loop has been busy. */
const PATIENCE = 3;
/** The shortest and the longest step, in milliseconds. */
const SHORTEST_STEP_MS = 4;
const LONGEST_STEP_MS = 200;
/** How long to wait where others commit, in milliseconds. */
const RETRY_MS = 10;
/** So many generations are looked at, to see how much there is. */
const BACKLOG = 10;

export class GarbageCollector {
  readonly #store: OrderedStore;
  readonly #writes: CallOrder;
  #next: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  #step: Promise<void> | undefined;
  #stopped = false;
  /** How long the next step may take, in milliseconds. */
  #budget = SHORTEST_STEP_MS;

  /** `writes` keeps its steps and commits apart. */
  constructor(store: OrderedStore, writes: CallOrder) {
    this.#store = store;
    this.#writes = writes;
  }

  /** Begins to collect what is there, unless it is at it already. A step that fails leaves the rest to the next start, unless others were in the way. */
  start(): void {
    if (this.#next === undefined && this.#step === undefined) this.#schedule(PATIENCE);
  }

  /**
   * Tells how long a commit took. A step may take as long for each generation that waits, so that commits which leave garbage all the
   * time wait for it to be collected in the end, and it does not grow without a limit.
   */
  mayTake(ms: number): void {
    this.#budget = Math.max(ms, SHORTEST_STEP_MS);
  }

  /** Resolves when nothing more is written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearImmediate(this.#next);
    clearTimeout(this.#later);
    await this.#step;
  }

  #schedule(patience: number): void {
    if (this.#stopped) return;
    this.#next = setImmediate(() => {
      this.#next = undefined;
      if (patience > 0 && crowded()) this.#schedule(patience - 1);
      else this.#step = this.#collect();
    });
    this.#next.unref();
  }

  async #collect(): Promise<void> {
    try {
      const more = await this.#writes.run(() => this.#takeStep());
      this.#step = undefined;
      if (more) this.start();
    } catch (error) {
      this.#step = undefined;
      if (error instanceof StorageBusyError) this.#startLater();
    }
  }

  /** When somebody else has had a turn. */
  #startLater(): void {
    if (this.#stopped) return;
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.start();
    }, RETRY_MS);
    this.#later.unref();
  }

  /** Tells whether there may be more. */
  async #takeStep(): Promise<boolean> {
    const began = performance.now();
    while (!this.#stopped) {
      const waiting = await this.#deleteSome();
      if (waiting === 0) return false;
      const mayTake = Math.min(waiting * this.#budget, LONGEST_STEP_MS);
      if (performance.now() - began > mayTake) return true;
      if (crowded()) await nextTurn();
    }
    return true;
  }

  /** Deletes some items; answers how many generations there were, or that there were at least so many. */
  async #deleteSome(): Promise<number> {
    const snapshot = await this.#store.snapshot("process-crash");
    try {
      const { items: waiting } = await snapshot.keys(keysWith(GARBAGE, BACKLOG));
      const [garbage] = waiting;
      if (garbage === undefined) return 0;
      const prefix = ITEM + garbage.slice(GARBAGE.length);
      const { items, more } = await snapshot.keys(keysWith(prefix, ITEMS_AT_ONCE));
      const gone = more ? items : [...items, garbage];
      await this.#store.write({
        expected: [],
        changes: gone.map((key) => [key, null] as const),
        durability: "process-crash",
      });
      return waiting.length;
    } finally {
      await snapshot.close();
    }
  }
}
