/** Sessions in a process that can be killed, and in the next one after that. */
import { setTimeout as delay } from "node:timers/promises";
import { runRole } from "../child-process.ts";
import { type ChildRun, endInWords, LIMIT_MS as START_LIMIT_MS } from "../child-run.ts";
import { Pace } from "../pace.ts";
import type { LoadedTarget } from "../target.ts";
import { LIMIT_MS, within } from "../waiting.ts";
import type { Direction } from "./actors.ts";
import type { Call } from "./calls.ts";
import type { Outcome } from "./outcome.ts";
import { BLOCKED, type Stage } from "./stage.ts";

/** A call during which the process is killed. */
export interface CallUnderWay {
  readonly session: number;
  readonly call: Call;
  /** When, as a part of the time that a commit takes. */
  readonly part: number;
}

export class StageInProcess implements Stage {
  readonly #target: LoadedTarget;
  readonly #pace = new Pace(2);
  #path = "";
  #child: ActorsProcess;
  /** To start a process takes longer than what is done in it, so there is always one more. */
  #next: ActorsProcess;

  constructor(target: LoadedTarget) {
    this.#target = target;
    this.#child = new ActorsProcess(target);
    this.#next = new ActorsProcess(target);
  }

  async begin(path: string): Promise<void> {
    this.#path = path;
    await this.#ask({ at: path });
  }

  async make(session: number, call: Call): Promise<Outcome> {
    return await this.#ask({ session, call });
  }

  committed(ms: number): void {
    this.#pace.add(ms);
  }

  /**
   * Kills the process, between two calls or during one; answers what that call came to, `undefined` where the process has not told so any more. Sessions
   * that follow are in another process, on the same storage, and have opened nothing.
   */
  async kill(during?: CallUnderWay): Promise<Outcome | undefined> {
    const child = this.#child;
    if (during !== undefined) {
      const { session, call, part } = during;
      child.send({ session, call, announced: true });
      // Its word that it has begun. Where it does not come, the process is at its end, or is brought to it now.
      await within(child.next(), LIMIT_MS, () => undefined);
      await waitUntil(performance.now() + part * this.#pace.mean);
    }
    const outcome = await child.kill();
    this.#replace();
    await this.begin(this.#path);
    return outcome as Outcome | undefined;
  }

  async leave(): Promise<void> {
    const closed = await this.#ask("leave");
    if ("value" in closed) return;
    throw new Error(`the storages could not be closed: ${closed.refused}, ${closed.said}`);
  }

  /** Ends the processes. Rejects where one does not end well. */
  async end(): Promise<void> {
    await this.#child.end();
    await this.#next.end();
  }

  /** Ends them in whatever state they are. */
  async discard(): Promise<void> {
    await this.#child.discard();
    await this.#next.discard();
  }

  /** What it comes to; where that does not come in time, or the process has ended, another one takes its place. */
  async #ask(direction: Direction): Promise<Outcome> {
    const child = this.#child;
    await child.started();
    child.send(direction);
    const outcome = await within(child.next(), LIMIT_MS, () => BLOCKED);
    if (outcome !== undefined && outcome !== BLOCKED) return outcome as Outcome;
    const end = await child.discard();
    this.#replace();
    return (outcome as Outcome | undefined) ?? { refused: "the process has ended", said: end };
  }

  #replace(): void {
    this.#child = this.#next;
    this.#next = new ActorsProcess(this.#target);
  }
}

/** A process that runs the role `actors`. */
class ActorsProcess {
  readonly #run: ChildRun;
  readonly #ready: Promise<unknown>;

  constructor(target: LoadedTarget) {
    // Its calls have limits; it may live for as long as there are any.
    this.#run = runRole(target, "actors", [], { limit: Number.POSITIVE_INFINITY });
    this.#ready = this.#run.next();
  }

  async started(): Promise<void> {
    const told = await within(this.#ready, START_LIMIT_MS, () => "nothing");
    if (told === "ready") return;
    throw new Error(`a process with sessions could not be started: ${await this.discard()}`);
  }

  send(direction: Direction): void {
    this.#run.send(JSON.stringify(direction));
  }

  /** What it tells next: what a call comes to, or that one has begun; `undefined` where it ends without telling anything. */
  next(): Promise<unknown> {
    return this.#run.next();
  }

  /** Kills it, and answers what it has told that nobody has heard yet. */
  async kill(): Promise<unknown> {
    await this.started();
    this.#run.kill();
    const end = await this.#run.ended;
    if (end.signal !== "SIGKILL" || end.stderr !== "") {
      throw new Error(`the process that was to be killed ${endInWords(end)}`);
    }
    return await this.next();
  }

  async end(): Promise<void> {
    await this.started();
    this.#run.send("end");
    const end = await within(this.#run.ended, LIMIT_MS, () => undefined);
    if (end?.code === 0 && end.stderr === "") return;
    const how = end === undefined ? "does not end by itself" : endInWords(end);
    await this.discard();
    throw new Error(`a process with sessions ${how}`);
  }

  /** Ends it in whatever state it is; answers in words how it ended. */
  async discard(): Promise<string> {
    this.#run.kill();
    return endInWords(await this.#run.ended);
  }
}

/** Resolves at that time. Timers are late by up to a millisecond, in which many a commit is made, so it goes round for that long. */
async function waitUntil(time: number): Promise<void> {
  const whole = Math.floor(time - performance.now()) - 1;
  if (whole > 0) await delay(whole);
  while (performance.now() < time);
}
