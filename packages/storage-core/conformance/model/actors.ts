/** The sessions of a model that are in one thread, by their numbers. */
import type { StorageOpener } from "../../src/open-storage.ts";
import { Actor } from "./actor.ts";
import type { Call } from "./calls.ts";
import { OK, type Outcome, outcomeOf } from "./outcome.ts";

export class Actors {
  readonly #opener: StorageOpener;
  readonly #path: string;
  readonly #actors = new Map<number, Actor>();

  /** Opens nothing yet: to open is a call. */
  constructor(opener: StorageOpener, path: string) {
    this.#opener = opener;
    this.#path = path;
  }

  async make(session: number, call: Call): Promise<Outcome> {
    let actor = this.#actors.get(session);
    if (actor === undefined) {
      actor = new Actor((options) => this.#opener.open(this.#path, options));
      this.#actors.set(session, actor);
    }
    return await actor.make(call);
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    for (const actor of this.#actors.values()) await actor.close();
  }
}

/** What a process with actors in it is told; it answers each with what it comes to. */
export type Direction =
  /** Sessions that follow are on this storage. */
  | { readonly at: string }
  | {
      readonly session: number;
      readonly call: Call;
      /** It tells when it begins, too. */
      readonly announced?: boolean;
    }
  /** Closes all sessions. */
  | "leave";

/** Follows directions, each of which is given as JSON, until it is told `end`. */
export async function runActors(
  opener: StorageOpener,
  tell: (what: unknown) => void,
  texts: AsyncIterable<string>,
): Promise<void> {
  let actors: Actors | undefined;
  tell("ready");
  for await (const text of texts) {
    if (text === "end") break;
    tell(await follow(JSON.parse(text)));
  }

  async function follow(direction: Direction): Promise<Outcome> {
    if (direction === "leave") return await outcomeOf(async () => actors?.close());
    if ("at" in direction) {
      actors = new Actors(opener, direction.at);
      return { value: OK };
    }
    if (direction.announced) tell("begun");
    if (actors === undefined) throw new Error("a call came before the storage was named");
    return await actors.make(direction.session, direction.call);
  }
}
