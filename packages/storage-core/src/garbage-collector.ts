/**
 * Deletes the items of generations that no container has any more, in the background, a few at a time.
 *
 * A step is a write like any other, but no commit: it changes nothing that anybody can see. It may stop at any point, with the process,
 * too: `g` goes last, so the next storage that writes goes on. A process that has nothing else to do does not wait for it.
 */
import type { CallOrder } from "./call-order.ts";
import { ignore } from "./maybe-promise.ts";
import { GARBAGE, ITEM, keysWith } from "./ordered-layout.ts";
import type { OrderedStore } from "./ordered-store.ts";
import { crowded } from "./turn-of-loop.ts";

/** Items that are deleted in one step: some milliseconds' work at the most. */
const ITEMS_AT_ONCE = 1000;

export class GarbageCollector {
  readonly #store: OrderedStore;
  readonly #writes: CallOrder;
  #next: NodeJS.Immediate | undefined;
  #step: Promise<void> | undefined;
  #stopped = false;

  /** `writes` keeps its steps and commits apart. */
  constructor(store: OrderedStore, writes: CallOrder) {
    this.#store = store;
    this.#writes = writes;
  }

  /** Begins to collect what is there, unless it is at it already. A step that fails leaves the rest to the next start. */
  start(): void {
    if (this.#stopped || this.#next !== undefined || this.#step !== undefined) return;
    this.#next = setImmediate(() => {
      this.#next = undefined;
      if (crowded()) this.start();
      else this.#step = this.#collect();
    });
    this.#next.unref();
  }

  /** Resolves when nothing more is written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearImmediate(this.#next);
    await this.#step;
  }

  async #collect(): Promise<void> {
    let more = false;
    try {
      more = await this.#writes.run(() => this.#deleteSome());
    } catch {
      ignore();
    }
    this.#step = undefined;
    if (more) this.start();
  }

  /** Deletes some items; tells whether there may be more. */
  async #deleteSome(): Promise<boolean> {
    const snapshot = await this.#store.snapshot("process-crash");
    try {
      const [garbage] = (await snapshot.keys(keysWith(GARBAGE, 1))).items;
      if (garbage === undefined) return false;
      const prefix = ITEM + garbage.slice(GARBAGE.length);
      const { items, more } = await snapshot.keys(keysWith(prefix, ITEMS_AT_ONCE));
      const gone = more ? items : [...items, garbage];
      await this.#store.write({
        expected: [],
        changes: gone.map((key) => [key, null] as const),
        durability: "process-crash",
      });
      return true;
    } finally {
      await snapshot.close();
    }
  }
}
