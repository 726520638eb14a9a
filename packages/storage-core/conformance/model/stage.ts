/** Where the sessions of a model are. */
import type { LoadedTarget } from "../target.ts";
import { LIMIT_MS, within } from "../waiting.ts";
import { Actors } from "./actors.ts";
import type { Call } from "./calls.ts";
import type { Outcome } from "./outcome.ts";

export interface Stage {
  /** Sessions that follow are on the storage at the path, and have opened nothing. */
  begin(path: string): Promise<void>;
  /** What the call comes to. */
  make(session: number, call: Call): Promise<Outcome>;
  /** Is told how long a call has taken that committed something, in milliseconds. */
  committed(ms: number): void;
  /** Closes all sessions; rejects where one cannot be closed. */
  leave(): Promise<void>;
}

/** What a call comes to that does not settle in time. */
export const BLOCKED: Outcome = {
  refused: "blocked",
  said: `it has not settled after ${LIMIT_MS} ms`,
};

/** Sessions in this thread. */
export class StageHere implements Stage {
  readonly #target: LoadedTarget;
  #actors: Actors | undefined;

  constructor(target: LoadedTarget) {
    this.#target = target;
  }

  async begin(path: string): Promise<void> {
    this.#actors = new Actors(this.#target.storage, path);
  }

  async make(session: number, call: Call): Promise<Outcome> {
    const made = (this.#actors as Actors).make(session, call);
    const outcome = await within(made, LIMIT_MS, () => BLOCKED);
    // Who waits for what does not come is left behind: to close it would be to wait as well.
    if (outcome === BLOCKED) this.#actors = undefined;
    return outcome;
  }

  committed(): void {}

  async leave(): Promise<void> {
    const actors = this.#actors;
    this.#actors = undefined;
    await actors?.close();
  }
}
