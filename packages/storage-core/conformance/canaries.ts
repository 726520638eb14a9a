/**
 * Broken drivers that come with the kit. A run that gives a verdict looks for their bugs first: a kit that does not find these, on this machine and
 * in this installation, would not find those of anybody's driver. It is done once for each process.
 */
import { Bench } from "./bench.ts";
import { checks } from "./catalogue.ts";
import type { CheckResult } from "./report/result.ts";
import { sibling } from "./sibling.ts";

/** What is wrong with each, and the checks that must find it. */
const CANARIES: Readonly<Record<string, readonly string[]>> = {
  "conflicts are swallowed": ["CONF-03", "ISO-13"],
  "snapshots move on with every commit": ["ISO-20", "ITER-08"],
  "deletes are forgotten": ["KV-20", "ISO-21"],
};

/** What an intact driver must pass, so that it is the bug that is found and nothing else. */
const INTACT = "nothing is wrong";

const LIMIT_MS = 60_000;

let found: Promise<readonly string[]> | undefined;

/** Resolves to what is wrong with each that was found; rejects where one was not, or where the intact one fails. */
export function findCanaries(): Promise<readonly string[]> {
  found ??= find();
  return found;
}

async function find(): Promise<readonly string[]> {
  const everything = Object.values(CANARIES).flat();
  for (const { id, status, failure } of await run(INTACT, everything)) {
    if (status !== "pass") throw new Error(`${id} fails with an intact driver: ${failure}`);
  }
  for (const [bug, killers] of Object.entries(CANARIES)) {
    for (const { id, status } of await run(bug, killers)) {
      if (status === "fail") continue;
      throw new Error(
        `${id} does not find a driver where ${bug}, so nothing it says can be believed`,
      );
    }
  }
  return Object.keys(CANARIES);
}

async function run(bug: string, ids: readonly string[]): Promise<readonly CheckResult[]> {
  const module = sibling("canary-target", import.meta.url);
  module.search = bug;
  const options = { profile: "quick", limit: LIMIT_MS, onRound: () => {} } as const;
  const bench = new Bench({ module }, options);
  try {
    const results: CheckResult[] = [];
    for (const check of checks.filter(({ id }) => ids.includes(id))) {
      results.push(await bench.run({ check, host: "thread" }));
    }
    return results;
  } finally {
    bench.close();
  }
}
