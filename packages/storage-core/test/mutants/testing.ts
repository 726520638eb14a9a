/** Mutants as tests. */
import { checks, runCheck } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import type { Mutant } from "./mutant.ts";

/** Registers a test for each: the check that is named must find it, and by what it does wrong. */
export function testMutants(mutants: readonly Mutant[]): void {
  for (const { name, killedBy, storage, module } of mutants) {
    it(`${name} is killed by ${killedBy}`, async ({ skip }) => {
      const check = checks.find(({ id }) => id === killedBy);
      if (check === undefined) throw new Error(`there is no check ${killedBy}`);
      for (const need of check.needs) {
        const missing = await need.missing();
        skip(missing !== undefined, missing);
      }
      const target = {
        name,
        module: module ?? new URL("../target.ts", import.meta.url),
        execArgv: ["--conditions=@caterpillar/source"],
        storage,
      };
      const failure = await runCheck(check, target).then(
        () => undefined,
        (error: Error) => error,
      );
      expect(failure?.message).toContain(killedBy);
      // Not by a slip in the mutant's own code.
      expect(failure?.cause).not.toBeInstanceOf(TypeError);
    });
  }
}
