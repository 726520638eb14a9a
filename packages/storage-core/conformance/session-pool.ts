/** Sessions of schedules in threads or processes of their own, which are started once and used by one schedule after another. */
import { runRole } from "./child-process.ts";
import {
  type ChildEnd,
  type ChildRun,
  endInWords,
  LIMIT_MS as START_LIMIT_MS,
} from "./child-run.ts";
import { runRoleInThread } from "./child-thread.ts";
import type { Host } from "./host.ts";
import type { LoadedTarget } from "./target.ts";
import { LIMIT_MS, within } from "./waiting.ts";

/** What a step comes to that does not settle in time. */
export const BLOCKED = "blocked";

/** A session of one schedule, as the schedule sees it, wherever it lives. */
export interface HostedSession {
  /** What the operation comes to, such as `ok` for `set 1 11`; {@link BLOCKED} where it takes longer than so many milliseconds. */
  step(operation: string, limit: number): Promise<string>;
  /** Closes what it has open. Rejects where that fails. */
  leave(): Promise<void>;
  /** Gives it up in whatever state it is. */
  discard(): Promise<void>;
}

/** Children of one target on one host. Only those that have closed all that they had opened are used again. */
export class SessionPool {
  readonly host: Exclude<Host, "thread">;
  readonly #target: LoadedTarget;
  readonly #idle: SessionChild[] = [];

  /** Starts nothing yet. */
  constructor(target: LoadedTarget, host: Exclude<Host, "thread">) {
    this.#target = target;
    this.host = host;
  }

  /** A session on the storage at the path, in a child that no other session uses meanwhile. It waits for nothing, also not for the child. */
  start(path: string): HostedSession {
    const child = this.#idle.pop() ?? new SessionChild(this.#run());
    child.begin(path);
    return {
      step: (operation, limit) => child.ask(operation, limit),
      leave: async () => {
        // A schedule that got here has asked for that.
        if (child.killed) return;
        const answer = await child.ask("leave", LIMIT_MS);
        if (answer === "ok") this.#idle.push(child);
        else {
          await child.kill();
          throw new Error(`a session of ${this.host} could not be closed: ${answer}`);
        }
      },
      discard: () => child.kill(),
    };
  }

  /** Ends the children. Rejects where one does not end by itself, or has a complaint. */
  async end(): Promise<void> {
    const ends = await Promise.all(this.#idle.splice(0).map((child) => child.end()));
    const badly = ends.find((end) => end !== undefined);
    if (badly !== undefined) throw new Error(`a session of ${this.host} ${badly}`);
  }

  #run(): ChildRun {
    // Its steps have limits; it may live for as long as there are any.
    const limit = Number.POSITIVE_INFINITY;
    if (this.host === "workers") return runRoleInThread(this.#target, "session", [], limit);
    return runRole(this.#target, "session", [], { limit });
  }
}

class SessionChild {
  readonly #run: ChildRun;
  /** What it tells first. */
  readonly #started: Promise<unknown>;
  /** Why it answers no more. */
  #gone: string | undefined;
  /** It has not answered in time. */
  killed = false;

  constructor(run: ChildRun) {
    this.#run = run;
    this.#started = run.next();
  }

  begin(path: string): void {
    this.#run.send(`at ${path}`);
  }

  /** Sends the text, and answers its answer, or in words why there is none. Who does not answer in time is killed. */
  async ask(text: string, limit: number): Promise<string> {
    if (this.#gone !== undefined) return this.#gone;
    // Starting is not the step's time.
    const started = await within(this.#started, START_LIMIT_MS, () => BLOCKED);
    if (started === BLOCKED) return await this.#give(`has not started after ${START_LIMIT_MS} ms`);
    this.#run.send(text);
    // Who has ended tells nothing, and is asked how.
    const answer = await within(this.#run.next(), limit, () => BLOCKED);
    if (answer === undefined) this.#gone = endInWords(await this.#run.ended);
    else if (answer === BLOCKED) await this.#give("was killed, as an earlier step was blocked");
    return String(answer ?? this.#gone);
  }

  /** Ends it, and answers what was wrong with that, in words. */
  async end(): Promise<string | undefined> {
    this.#run.send("end");
    const end = await within<ChildEnd | undefined>(this.#run.ended, LIMIT_MS, () => undefined);
    if (end === undefined) return await this.#give(`has not ended by itself after ${LIMIT_MS} ms`);
    return end.code === 0 && end.stderr === "" ? undefined : endInWords(end);
  }

  /** Resolves when it has ended. A thread that is held up outside of JavaScript does not, and is not waited for. */
  async kill(): Promise<void> {
    this.#run.kill();
    await within<unknown>(this.#run.ended, LIMIT_MS, () => undefined);
  }

  async #give(reason: string): Promise<string> {
    this.#gone = reason;
    this.killed = true;
    await this.kill();
    return reason;
  }
}
