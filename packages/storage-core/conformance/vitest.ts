/** The kit as tests of vitest: a driver's whole conformance test is one call. */
import { afterAll, describe, it } from "vitest";
import { Context } from "./context.ts";
import { incrementTests } from "./increments.ts";
import { runKills } from "./kills.ts";
import { chosenSeed } from "./random.ts";
import { FLOORS, runRandomHistory } from "./random-history.ts";
import { type Runner, registerConformance, TIMEOUT_MS } from "./register.ts";
import { type LoadedTarget, loadTarget, type Target } from "./target.ts";

/** How vitest is told. */
export const vitest: Runner = {
  describe: (title, body) => void describe(title, body),
  it: (title, test) => void it(title, ({ skip }) => test((reason) => skip(reason)), TIMEOUT_MS),
  after: (end) => afterAll(end, TIMEOUT_MS),
};

/** Registers the conformance tests of a driver: one for each check, on each host that its facts share. */
export function testConformance(target: Target): void {
  // The name is what a reader looks for; what is in it takes the module to be loaded.
  describe(target.name, async () => registerConformance(await loadTarget(target), vitest));
}

/**
 * Registers a test that runs a random history and compares every answer with a model of the contract. The seed is in
 * its name; another is taken from the environment variable `CONFORMANCE_SEED`.
 * Every kind of step must have come to each of its ends; one that never did would have shown nothing.
 */
export function testRandomHistory(target: Target, { steps }: { steps: number }): void {
  const seed = chosenSeed();
  const run = async (context: Context): Promise<void> => {
    const counts = await runRandomHistory(context, seed, steps);
    const rare = FLOORS.filter((end) => (counts[end] ?? 0) < steps / 2000);
    if (rare.length > 0) throw new Error(`seed ${seed}: too seldom: ${rare.join(", ")}`);
  };
  it(`${target.name} answers a random history of ${steps} steps as the model does, seed ${seed}`, async () => {
    await onFreshPlace(await loadTarget(target), run);
  });
}

/**
 * Registers three tests of a counter that two increment at once, so many times each: two processes, two worker threads, two storages in
 * one thread. Where the driver's facts say that processes or threads do not share a storage, the test asks for that instead; its title
 * says which it is. How long the worst increment had to wait is printed.
 */
export function testIncrements(target: Target, { times }: { times: number }): void {
  describe(`${target.name}: a counter`, async () => {
    const loaded = await loadTarget(target);
    for (const { title, run } of incrementTests(loaded.storage.driver.facts, times)) {
      it(title, () => onFreshPlace(loaded, run), TIMEOUT_MS);
    }
  });
}

/**
 * Registers a test that kills a process so many times while it commits. What it was told is committed must be there then, and no part of
 * anything else. For drivers whose data outlive the process.
 */
export function testKills(target: Target, { kills }: { kills: number }): void {
  const title = `${target.name}: a process killed ${kills} times at random loses nothing that it was told is committed, and leaves nothing in part`;
  const run = async (context: Context): Promise<void> => {
    const { commits, midway, unacknowledged, late } = await runKills(context, kills);
    console.log(
      `${commits} commits, ${kills} kills, ${midway} of them in the middle of a commit; ${unacknowledged} commits were durable, but not acknowledged yet, ${late} of them seen only at the next write`,
    );
    // Kills that all hit between two commits would have shown nothing.
    if (midway <= kills / 5) throw new Error(`only ${midway} kills in the middle of a commit`);
  };
  it(title, async () => onFreshPlace(await loadTarget(target), run), TIMEOUT_MS);
}

async function onFreshPlace(
  target: LoadedTarget,
  run: (context: Context) => Promise<void>,
): Promise<void> {
  const context = new Context(target);
  try {
    await run(context);
  } finally {
    await context.dispose();
  }
}
