/** The kit as tests of vitest: a driver's whole conformance test is one call. */
import { beforeAll, describe, it } from "vitest";
import { checks } from "./catalogue.ts";
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
      it(`${check.id} ${check.title}`, () => runCheck(check, loaded));
    }
  });
}
