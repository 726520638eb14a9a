/** The kit as tests of a test runner: what all of them register alike. A runner only says how it is told. */
import { checks as catalogue } from "./catalogue.ts";
import type { Check } from "./check.ts";
import { type Host, hostSuffix, hostsFor } from "./host.ts";
import { runCheck } from "./run.ts";
import { SessionPool } from "./session-pool.ts";
import type { LoadedTarget } from "./target.ts";

/** For tests that start processes, which have limits of their own. */
export const TIMEOUT_MS = 120_000;

/** What a test runner has under whatever name. */
export interface Runner {
  describe(title: string, body: () => void): void;
  /** Registers a test. It rejects where it fails, and calls `skip`, which may throw, where this machine cannot run it. */
  it(title: string, test: (skip: (reason: string) => void) => Promise<void>): void;
  /** Registers what is done after all tests of the same `describe`. */
  after(end: () => Promise<void>): void;
}

/**
 * Registers one test for each check, and one more for each other host that its sessions can live on, where the driver's facts say that such
 * sessions share a storage. What a driver does not do is no reason to skip: its facts say so, and the check asks for that instead. Only what
 * this machine cannot show is skipped, with the reason.
 */
export function registerConformance(
  target: LoadedTarget,
  runner: Runner,
  checks: readonly Check[] = catalogue,
): void {
  runner.describe(`conformance of ${target.name}`, () => {
    for (const host of hostsFor(target.storage.driver.facts)) {
      runner.describe(`sessions in ${host === "thread" ? "one thread" : host}`, () =>
        registerOn(host, target, runner, checks),
      );
    }
  });
}

function registerOn(
  host: Host,
  target: LoadedTarget,
  runner: Runner,
  checks: readonly Check[],
): void {
  // Starting a process takes longer than what it does in a check, so all checks use the same ones.
  const pool = host === "thread" ? undefined : new SessionPool(target, host);
  runner.after(async () => pool?.end());
  for (const check of checks.filter(({ hosts }) => hosts.includes(host))) {
    runner.it(`${check.id} ${check.title}${hostSuffix(host)}`, async (skip) => {
      const { notRun } = await runCheck(check, target, pool);
      if (notRun.length > 0) skip(notRun.join("; "));
    });
  }
}
