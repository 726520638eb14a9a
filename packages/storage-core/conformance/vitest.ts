/** The kit as tests of vitest: a driver's whole conformance test is one call. */
import { afterAll, describe, it } from "vitest";
import { type RegisterOptions, type Runner, registerConformance, TIMEOUTS_MS } from "./register.ts";
import { loadTarget, type Target } from "./target.ts";

/** How vitest is told. */
export const vitest: Runner = {
  describe: (title, body) => void describe(title, body),
  it: (title, test, limit) => void it(title, ({ skip }) => test((reason) => skip(reason)), limit),
  after: (end) => afterAll(end, TIMEOUTS_MS.quick),
};

/**
 * Registers the conformance tests of a driver: one for each check, on each host that its facts share. With the profile `"full"`, what takes long
 * is done thousands of times.
 */
export function testConformance(target: Target, options?: RegisterOptions): void {
  // The name is what a reader looks for; what is in it takes the module to be loaded.
  describe(target.name, async () => registerConformance(await loadTarget(target), vitest, options));
}
