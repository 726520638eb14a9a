/** Runs the kit against a driver: first against broken drivers, which it must find, then check by check. */
import { Bench } from "./bench.ts";
import { findCanaries } from "./canaries.ts";
import { checks } from "./catalogue.ts";
import { checkDeviations, withDeviation } from "./deviation.ts";
import { checkSelection, isOf, planFor } from "./plan.ts";
import type { Profile } from "./profile.ts";
import { type DriverReport, verdictOf } from "./report/report.ts";
import type { CheckResult } from "./report/result.ts";
import type { Target } from "./target.ts";

export interface ConformanceOptions {
  /** Ids of checks, `ISO-04`, or groups, `ISO`. Default: all. */
  readonly only?: readonly string[];
  /** Default: `"quick"`. */
  readonly profile?: Profile;
  /** How long one check may take, or one round of a check that repeats itself, in milliseconds, before its process is killed. Default: two minutes. */
  readonly limit?: number;
  /** Told of each round of a check that repeats itself, with the check's id. */
  readonly onRound?: (id: string, round: number, of: number) => void;
  /** Told of each result, and how many of how many there are. */
  readonly onResult?: (result: CheckResult, done: number, total: number) => void;
}

/** The longest take a few seconds; half a minute to a minute and a half beside a disk that takes 0.1 s for each sync. */
const LIMIT_MS = 120_000;

/**
 * Runs the checks, one after another, and gives the verdict. A target without a name has its driver's. What a driver does, be it to hang, to block
 * its event loop or to end its process, fails a check and no more. Rejects with a `TypeError` where the target or the options make no sense: the module
 * exports no `storage`, no check has the id.
 */
export async function runConformance(
  target: Omit<Target, "name"> & Partial<Target>,
  options: ConformanceOptions = {},
): Promise<DriverReport> {
  const { only, profile = "quick", limit = LIMIT_MS, onResult, onRound = () => {} } = options;
  if (only !== undefined) checkSelection(only);
  // Who asks for some checks asks for no verdict, and wants to have them soon.
  const canaries = only === undefined ? await findCanaries() : [];
  const bench = new Bench(target, { profile, limit, onRound });
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
    return { name: target.name ?? name, module, profile, facts, canaries, verdict, results };
  } finally {
    bench.close();
  }
}
