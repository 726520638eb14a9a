/** Steps as commands that fast-check chooses, takes and, where one goes wrong, leaves out one by one. */
import type { AsyncCommand } from "fast-check";
import type { OpenOptions } from "../../src/options.ts";
import type { Call } from "./calls.ts";
import type { ModelSession } from "./model-session.ts";
import { type Expected, nameOf, type Play } from "./play.ts";
import type { Stage } from "./stage.ts";

export type Command<S extends Stage = Stage> = AsyncCommand<Expected, Play<S>>;

/** A session makes a call. */
export class CallCommand implements Command {
  readonly #session: number;
  readonly #call: Call;

  constructor(session: number, call: Call) {
    this.#session = session;
    this.#call = call;
  }

  /** What needs an iteration or a transaction is called only where there is one: to be refused is what other checks are for. */
  check({ sessions }: Expected): boolean {
    const { hasBegun, iterates } = sessions[this.#session] as ModelSession;
    const [name] = this.#call;
    if (name === "commit" || name === "rollback") return hasBegun;
    return iterates || (name !== "next" && name !== "return");
  }

  async run(expected: Expected, play: Play): Promise<void> {
    const outcome = await play.make(expected, this.#session, this.#call);
    play.count(this.#call[0], outcome);
  }
}

export type Opened = Pick<OpenOptions, "readonly" | "durability">;

/** A session closes its storage, and opens it again. */
export class ReopenCommand implements Command {
  readonly #session: number;
  readonly #options: Opened;

  constructor(session: number, options: Opened) {
    this.#session = session;
    this.#options = options;
  }

  check(): boolean {
    return true;
  }

  async run(expected: Expected, play: Play): Promise<void> {
    await play.makePart(expected, this.#session, ["close"]);
    const outcome = await play.makePart(expected, this.#session, ["open", this.#options]);
    const options = JSON.stringify(this.#options);
    play.tell(`${nameOf(this.#session)} closes, and opens ${options}`, "ok");
    play.count(this.#options.readonly ? "reopen to read" : "reopen", outcome);
  }
}

/** All sessions close, so that nobody has the storage open, and open it again. Everything is there then. */
export class ReopenAllCommand implements Command {
  check(): boolean {
    return true;
  }

  async run(expected: Expected, play: Play): Promise<void> {
    await closeAll(expected, play);
    play.tell("all close", "ok");
    await openAll(expected, play);
    play.count("reopen all", await play.make(expected, 0, ["look"]));
  }
}

export async function openAll(expected: Expected, play: Play): Promise<void> {
  for (const session of expected.sessions.keys()) {
    await play.makePart(expected, session, ["open", {}]);
  }
}

export async function closeAll(expected: Expected, play: Play): Promise<void> {
  for (const session of expected.sessions.keys()) {
    await play.makePart(expected, session, ["close"]);
  }
}
