import { checks, runCheck } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants/index.ts";

/** Drivers with one bug each. A kit that does not find the bug would not have found it in anybody's driver. */
describe("mutants", () => {
  for (const { name, killedBy, storage } of mutants) {
    it(`${name} is killed by ${killedBy}`, async () => {
      const check = checks.find(({ id }) => id === killedBy);
      if (check === undefined) throw new Error(`there is no check ${killedBy}`);
      const target = { name, module: new URL("./target.ts", import.meta.url), storage };
      await expect(runCheck(check, target)).rejects.toThrow(killedBy);
    });
  }
});
