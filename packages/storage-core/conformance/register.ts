/** The kit as tests of a test runner: what all of them register alike. A runner only says how it is told. */
import { checks as catalogue } from "./catalogue.ts";
import type { Check } from "./check.ts";
import { checkDeviations, withDeviation } from "./deviation.ts";
import { type Host, hostSuffix, hostsFor } from "./host.ts";
import type { Profile, Times } from "./profile.ts";
import { resultOf } from "./report/result.ts";
import { runCheck } from "./run.ts";
import { SessionPool } from "./session-pool.ts";
import type { LoadedTarget } from "./target.ts";

/** How long a test may take, in milliseconds: what checks start has limits of its own. */
export const TIMEOUTS_MS: Times = { quick: 120_000, full: 4 * 3_600_000 };

/** What a test runner has under whatever name. */
export interface Runner {
  describe(title: string, body: () => void): void;
  /**
   * Registers a test that may take so many milliseconds. It rejects where it fails, and calls `skip`, which may throw, where there is no verdict:
   * with the reason.
   */
  it(title: string, test: (skip: (reason: string) => void) => Promise<void>, limit: number): void;
  /** Registers what is done after all tests of the same `describe`. */
  after(end: () => Promise<void>): void;
}

export interface RegisterOptions {
  /** Default: `"quick"`. */
  readonly profile?: Profile;
  /** Default: the catalogue. */
  readonly checks?: readonly Check[];
}

/**
 * Registers one test for each check, and one more for each other host that its sessions can live on, where the driver's facts say that such
 * sessions share a storage. What a driver does not do is no reason to skip: its facts say so, and the check asks for that instead. What this
 * machine cannot show is skipped, with the reason; so is what a driver fails that it only should do, or that it declares as a deviation.
 */
export function registerConformance(
  target: LoadedTarget,
  runner: Runner,
  { profile = "quick", checks = catalogue }: RegisterOptions = {},
): void {
  const ids = new Set([...catalogue, ...checks].map(({ id }) => id));
  checkDeviations(target.deviations ?? [], ids);
  runner.describe(`conformance of ${target.name}`, () => {
    for (const host of hostsFor(target.storage.driver.facts)) {
      runner.describe(`sessions in ${host === "thread" ? "one thread" : host}`, () =>
        registerOn(host, target, runner, { profile, checks }),
      );
    }
  });
}

function registerOn(
  host: Host,
  target: LoadedTarget,
  runner: Runner,
  { profile, checks }: Required<RegisterOptions>,
): void {
  // Starting a process takes longer than what it does in a check, so all checks use the same ones.
  const pool = host === "thread" ? undefined : new SessionPool(target, host);
  runner.after(async () => pool?.end());
  for (const check of checks.filter(({ hosts }) => hosts.includes(host))) {
    const title = `${check.id} ${check.title}${hostSuffix(host)}`;
    const test = async (skip: (reason: string) => void): Promise<void> => {
      const began = performance.now();
      let error: unknown;
      const outcome = await runCheck(check, target, { on: pool, profile }).catch(
        (thrown: Error) => {
          error = thrown;
          return { failure: thrown.message };
        },
      );
      const result = resultOf(check, host, performance.now() - began, outcome);
      const { status, notes, failure } = withDeviation(result, target.deviations ?? [], new Date());
      if (status === "fail") {
        throw failure === result.failure ? error : new Error(failure, { cause: error });
      }
      if (status === "not-run") skip(notes.join("; "));
      if (status === "deviation") skip(`a deviation ${notes[0]}`);
      if (status === "advice") skip(`a driver should, and this one does not: ${failure}`);
    };
    runner.it(title, test, TIMEOUTS_MS[profile]);
  }
}
