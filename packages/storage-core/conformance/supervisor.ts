/**
 * Runs the kit against drivers. The checks run in a process of their own, and this one only watches: a driver that blocks its event loop, crashes
 * or ends its process fails the check that was running, and the next one runs in a new process.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checks } from "./catalogue.ts";
import type { Failed, Introduction, Order, Round } from "./checker-process.ts";
import { checkDeviations, withDeviation } from "./deviation.ts";
import { checkSelection, isOf, type PlannedRun, planFor } from "./plan.ts";
import type { Profile } from "./profile.ts";
import { type DriverReport, verdictOf } from "./report/report.ts";
import type { CheckResult } from "./report/result.ts";
import type { Passed } from "./run.ts";
import type { Target } from "./target.ts";

export interface ConformanceOptions {
  /** Ids of checks, `ISO-04`, or groups, `ISO`. Default: all. */
  readonly only?: readonly string[];
  /** Default: `"quick"`. */
  readonly profile?: Profile;
  /** How long one check may take, or one round of a check that repeats itself, in milliseconds, before its process is killed. Default: a minute. */
  readonly limit?: number;
  /** Told of each round of a check that repeats itself, with the check's id. */
  readonly onRound?: (id: string, round: number, of: number) => void;
  /** Told of each result, and how many of how many there are. */
  readonly onResult?: (result: CheckResult, done: number, total: number) => void;
}

const LIMIT_MS = 60_000;
/** A process has so long to come up at least: how long that takes is up to the machine. */
const START_MS = 20_000;
/** So much of what a process says at its end is told. */
const LAST_WORDS = 2000;

const ENTRY = new URL(
  `./checker-process${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`,
  import.meta.url,
);

/**
 * Runs the checks, one after another, and gives the verdict. A target without a name has its driver's. Rejects with a `TypeError` where the target or the options make no sense:
 * the module exports no `storage`, no check has the id.
 */
export async function runConformance(
  target: Omit<Target, "name"> & Partial<Target>,
  options: ConformanceOptions = {},
): Promise<DriverReport> {
  const { only, profile = "quick", limit = LIMIT_MS, onResult, onRound = () => {} } = options;
  if (only !== undefined) checkSelection(only);
  const bench = new Bench(target, profile, limit, onRound);
  const results: CheckResult[] = [];
  try {
    const { name, facts, deviations } = await bench.meet();
    checkDeviations(deviations, new Set(checks.map(({ id }) => id)));
    const runs = planFor(facts).filter(
      ({ check }) => only === undefined || only.some((wanted) => isOf(check, wanted)),
    );
    for (const run of runs) {
      const result = withDeviation(await bench.run(run), deviations, new Date());
      results.push(result);
      onResult?.(result, results.length, runs.length);
    }
    const module = String(target.module);
    const verdict = verdictOf(results, facts);
    return { name: target.name ?? name, module, profile, facts, verdict, results };
  } finally {
    bench.close();
  }
}

/** A process in which checks run, and the next one where it has come to its end. */
class Bench {
  readonly #target: Omit<Target, "name">;
  readonly #profile: Profile;
  readonly #limit: number;
  readonly #onRound: NonNullable<ConformanceOptions["onRound"]>;
  #child: ChildProcess | undefined;
  #lastWords = "";

  constructor(
    target: Omit<Target, "name">,
    profile: Profile,
    limit: number,
    onRound: NonNullable<ConformanceOptions["onRound"]>,
  ) {
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

  async run({ check: { id, level }, host }: PlannedRun): Promise<CheckResult> {
    if (this.#child === undefined) await this.meet();
    const began = performance.now();
    const order: Order = { id, host, profile: this.#profile };
    const answer = await this.#exchange<Passed>(this.#child as ChildProcess, order);
    const ms = performance.now() - began;
    if ("failure" in answer) {
      // Nobody knows what a driver that failed has left behind.
      this.close();
      const status = level === "must" ? "fail" : "advice";
      return { id, host, status, ms, notes: [], figures: [], failure: answer.failure };
    }
    const { leftOut, notRun, figures } = answer;
    const status = notRun.length > 0 ? "not-run" : leftOut.length > 0 ? "unsupported" : "pass";
    return { id, host, status, ms, notes: [...notRun, ...leftOut], figures };
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  /** Resolves to its next message, or to how it came that there is none. */
  #exchange<T>(child: ChildProcess, message?: Order): Promise<T | Failed> {
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
        settle({ failure: `${what} within ${seconds} s: it hangs, or blocks the event loop` });
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
        settle({ failure: `its process ended ${how}\n${this.#lastWords}`.trimEnd() });
      });
      // Where the process is gone, it is its end that tells.
      if (message !== undefined) child.send(message, () => {});
    });
  }

  #start(): ChildProcess {
    const { module, execArgv = [] } = this.#target;
    const child = fork(fileURLToPath(ENTRY), [String(module)], {
      execArgv: [...process.execArgv, ...execArgv],
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
