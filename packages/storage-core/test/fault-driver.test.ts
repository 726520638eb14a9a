import { checks, runCheck } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";
import { faultModule, faultStorage, INTACT } from "./mutants/fault-target.ts";
import { faultMutants } from "./mutants/faults.ts";

/** Mutants are made of it. Where it failed a check by itself, a mutant would be killed by that, and not by its bug. */
describe("the whole-file driver without a bug passes what kills its mutants:", () => {
  for (const id of new Set(faultMutants.map(({ killedBy }) => killedBy))) {
    it(id, async () => {
      const check = checks.find((each) => each.id === id);
      const target = {
        name: "whole file",
        module: faultModule(INTACT),
        execArgv: ["--conditions=@caterpillar/source"],
        storage: faultStorage(INTACT),
      };
      await expect(check && runCheck(check, target)).resolves.toMatchObject({
        leftOut: [],
        notRun: [],
      });
      expect(check?.id).toBe(id);
    });
  }
});
