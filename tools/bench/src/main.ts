/** Measures, and writes what came out. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ArgumentError, type Arguments, HELP, parseArguments } from "./arguments.ts";
import type { Contender } from "./contender.ts";
import { loadContenders } from "./contenders/index.ts";
import { plan } from "./plan.ts";
import { Progress } from "./progress.ts";
import { comparison } from "./report/compare.ts";
import { page } from "./report/page.ts";
import { pageOf, readResults, writeReport } from "./report/write.ts";
import type { Results } from "./results.ts";
import { run } from "./run.ts";
import { WORKLOADS } from "./workloads/index.ts";

const SEED = 20_260_101;

const STOPS = ["SIGINT", "SIGTERM"] as const;

const ALL = { wantsWorkload: () => true, wantsContender: () => true };

process.exitCode = await main();

async function main(): Promise<number> {
  const contenders = await loadContenders();
  let given: Arguments | "help";
  try {
    given = parseArguments(process.argv.slice(2), process.cwd(), WORKLOADS, contenders);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (given === "help") {
    console.log(HELP);
    return 0;
  }
  const earlier = given.compare === undefined ? undefined : readResults(given.compare);
  const results =
    given.from === undefined ? await measure(given, contenders) : readResults(given.from);
  if (given.out === undefined) console.log(page(results, []));
  else {
    writeReport(results, given.out);
    console.log(`${pageOf(given.out)} says what it costs`);
  }
  if (earlier !== undefined) console.log(comparison(earlier, results));
  return hasFailures(results) ? 1 : 0;
}

/** In a folder of its own, which is removed afterwards. */
async function measure(
  { profile, filter, data }: Arguments,
  contenders: readonly Contender[],
): Promise<Results> {
  const groups = plan(profile, WORKLOADS, contenders, filter ?? ALL);
  const trials = groups.reduce((sum, group) => sum + group.contenders.length * group.trials, 0);
  const progress = new Progress(process.stderr, trials);
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(join(data, "run-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = (): void => {
    remove();
    process.exit(130);
  };
  for (const signal of STOPS) process.once(signal, stop);
  try {
    return await run({
      profile,
      groups,
      workloads: WORKLOADS,
      contenders,
      filtered: filter !== undefined,
      folder,
      seed: SEED,
      onTrial: (what) => progress.step(what),
    });
  } finally {
    for (const signal of STOPS) process.removeListener(signal, stop);
    progress.clear();
    remove();
  }
}

function hasFailures({ measured }: Results): boolean {
  return measured.some(
    ({ trials }) => trials !== "cannot" && trials.some((trial) => "failed" in trial),
  );
}
