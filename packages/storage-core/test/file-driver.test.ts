import { checks, runCheck } from "@caterpillar/storage-core/conformance";
import { defineStorage } from "@caterpillar/storage-core/driver";
import { describe, expect, it } from "vitest";
import { fileDriver } from "./mutants/file-driver.ts";
import { mutants } from "./mutants/index.ts";

/** Mutants are made of it. Where it failed a check by itself, a mutant would be killed by that, and not by its bug. */
describe("the file driver without a bug passes what kills its mutants:", () => {
  const made = mutants.filter(({ storage }) => storage.driver.name.startsWith("file"));
  for (const id of new Set(made.map(({ killedBy }) => killedBy))) {
    it(id, async () => {
      const check = checks.find((each) => each.id === id);
      const module = new URL("./target.ts", import.meta.url);
      const target = { name: "file", module, storage: defineStorage(fileDriver("file")) };
      await expect(check && runCheck(check, target)).resolves.toEqual({
        leftOut: [],
        notRun: [],
        figures: [],
      });
      expect(check?.id).toBe(id);
    });
  }
});
