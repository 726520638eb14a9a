/**
 * Where a driver is tested: a process in which the checks run, and that is watched from here. A driver that blocks its event loop, crashes or ends
 * its process fails the check that was running.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Failed, Introduction, Order, Round } from "./checker-process.ts";
import { environment } from "./child-run.ts";
import type { PlannedRun } from "./plan.ts";
import type { Profile } from "./profile.ts";
import { type CheckResult, resultOf } from "./report/result.ts";
import { headingOf, type Passed } from "./run.ts";
import { sibling } from "./sibling.ts";
import type { Target } from "./target.ts";

/** A process has so long to come up at least: how long that takes is up to the machine. */
const START_MS = 20_000;
/** So much of what a process says at its end is told. */
const LAST_WORDS = 2000;

const ENTRY = sibling("checker-process", import.meta.url);

export interface BenchOptions {
  readonly profile: Profile;
  /** How long one check may take, or one round of a check that repeats itself, in milliseconds. */
  readonly limit: number;
  /** Told of each round of a check that repeats itself, with the check's id. */
  readonly onRound: (id: string, round: number, of: number) => void;
}

/** A process in which checks run, and the next one where it has come to its end. */
export class Bench {
  readonly #target: Omit<Target, "name">;
  readonly #profile: Profile;
  readonly #limit: number;
  readonly #onRound: BenchOptions["onRound"];
  #child: ChildProcess | undefined;
  #lastWords = "";

  constructor(target: Omit<Target, "name">, { profile, limit, onRound }: BenchOptions) {
    this.#target = target;
    this.#profile = profile;
    this.#limit = limit;
    this.#onRound = onRound;
  }

  /** What the target says of itself. Rejects with a `TypeError` where its module cannot be taken for one. */
  async meet(): Promise<Introduction> {
    const answer = await this.#exchange<Introduction>(this.#start());
    if ("failure" in answer) {
      throw new TypeError(`${this.#target.module} cannot be tested: ${answer.failure}`);
    }
    return answer;
  }

  async run({ check, host }: PlannedRun): Promise<CheckResult> {
    if (this.#child === undefined) await this.meet();
    const began = performance.now();
    const order: Order = { id: check.id, host, profile: this.#profile };
    const heading = `${headingOf(check, host)}: `;
    const answer = await this.#exchange<Passed>(this.#child as ChildProcess, order, heading);
    const ms = performance.now() - began;
    // Nobody knows what a driver that failed has left behind.
    if ("failure" in answer) this.close();
    return resultOf(check, host, ms, answer);
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  /** Resolves to its next message, or to how it came that there is none, with the heading before it. */
  #exchange<T>(child: ChildProcess, message?: Order, heading = ""): Promise<T | Failed> {
    const limit = message === undefined ? Math.max(this.#limit, START_MS) : this.#limit;
    return new Promise((resolve) => {
      const settle = (answer: T | Failed): void => {
        clearTimeout(watchdog);
        child.removeAllListeners("message");
        child.removeAllListeners("close");
        resolve(answer);
      };
      let what = "no end";
      const watchdog = setTimeout(() => {
        const seconds = limit / 1000;
        settle({
          failure: `${heading}${what} within ${seconds} s: it hangs, or blocks the event loop`,
        });
        child.kill("SIGKILL");
      }, limit);
      child.on("message", (answer: T | Failed | Round) => {
        if (message === undefined || !("round" in (answer as object))) {
          settle(answer as T | Failed);
          return;
        }
        const { round, of } = answer as Round;
        what = `no end of round ${round} of ${of}`;
        watchdog.refresh();
        this.#onRound(message.id, round, of);
      });
      child.on("close", (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        settle({ failure: `${heading}its process ended ${how}\n${this.#lastWords}`.trimEnd() });
      });
      // Where the process is gone, it is its end that tells.
      if (message !== undefined) child.send(message, () => {});
    });
  }

  #start(): ChildProcess {
    const { module, execArgv = [] } = this.#target;
    const child = fork(fileURLToPath(ENTRY), [String(module)], {
      execArgv: [...process.execArgv, ...execArgv],
      env: environment(),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#lastWords = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#child = child;
    return child;
  }
}
