import { checks, runCheck } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants/index.ts";

/** Checks of the core alone: they wrap the driver that they are given, so that no driver can break them. */
const OF_THE_CORE = ["ERR-02", "ERR-03"];

/** Drivers with one bug each. A kit that does not find the bug would not have found it in anybody's driver. */
describe("mutants", () => {
  for (const { name, killedBy, storage, module } of mutants) {
    it(`${name} is killed by ${killedBy}`, async () => {
      const check = checks.find(({ id }) => id === killedBy);
      if (check === undefined) throw new Error(`there is no check ${killedBy}`);
      const target = {
        name,
        module: module ?? new URL("./target.ts", import.meta.url),
        execArgv: ["--conditions=@caterpillar/source"],
        storage,
      };
      const failure = await runCheck(check, target).then(
        () => undefined,
        (error: Error) => error,
      );
      expect(failure?.message).toContain(killedBy);
      // By what the mutant does wrong, that is, not by a slip in the mutant's own code.
      expect(failure?.cause).not.toBeInstanceOf(TypeError);
    });
  }
});

it("every check kills a mutant", () => {
  const killers = new Set(mutants.map(({ killedBy }) => killedBy));
  const idle = checks.map(({ id }) => id).filter((id) => !killers.has(id));
  expect(idle.filter((id) => !OF_THE_CORE.includes(id))).toEqual([]);
});
