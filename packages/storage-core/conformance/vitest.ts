/** The kit as tests of vitest: a driver's whole conformance test is one call. */
import { beforeAll, describe, it } from "vitest";
import { checks } from "./catalogue.ts";
import { Context } from "./context.ts";
import { FLOORS, runRandomHistory } from "./random-history.ts";
import { runCheck } from "./run.ts";
import { type LoadedTarget, loadTarget, type Target } from "./target.ts";

/** Registers one test for each check. None is skipped: what a driver does not do, its facts say, and the check asks for that instead. */
export function testConformance(target: Target): void {
  describe(`conformance of ${target.name}`, () => {
    let loaded: LoadedTarget;
    beforeAll(async () => {
      loaded = await loadTarget(target);
    });
    for (const check of checks) {
      it(`${check.id} ${check.title}`, async () => {
        await runCheck(check, loaded);
      });
    }
  });
}

/**
 * Registers a test that runs a random history and compares every answer with a model of the contract. The seed is in
 * its name; another is taken from the environment variable `CONFORMANCE_SEED`.
 * Every kind of step must have come to each of its ends; one that never did would have shown nothing.
 */
export function testRandomHistory(target: Target, { steps }: { steps: number }): void {
  const seed = Number(process.env["CONFORMANCE_SEED"] ?? 1);
  it(`${target.name} answers a random history of ${steps} steps as the model does, seed ${seed}`, async () => {
    const context = new Context(await loadTarget(target));
    try {
      const counts = await runRandomHistory(context, seed, steps);
      const rare = FLOORS.filter((end) => (counts[end] ?? 0) < steps / 2000);
      if (rare.length > 0) throw new Error(`seed ${seed}: too seldom: ${rare.join(", ")}`);
    } finally {
      await context.dispose();
    }
  });
}
