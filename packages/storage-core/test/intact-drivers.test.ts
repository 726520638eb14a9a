import { type Check, checks, type Passed, runCheck } from "@caterpillar/storage-core/conformance";
import { defineStorage } from "@caterpillar/storage-core/driver";
import { describe, expect, it } from "vitest";
import {
  crashModule,
  crashStorage,
  LOCKED,
  SHARED,
  WRITTEN_THROUGH,
} from "./mutants/crash-target.ts";
import { crashMutants } from "./mutants/crashes.ts";
import { faultModule, faultStorage, INTACT } from "./mutants/fault-target.ts";
import { faultMutants } from "./mutants/faults.ts";
import { fileDriver } from "./mutants/file-driver.ts";
import { mutants } from "./mutants/index.ts";

type Passing = Parameters<typeof runCheck>[1];

/** A test that fails where the driver does not pass all of the check. */
function itPasses(
  id: string,
  target: Omit<Passing, "name" | "execArgv">,
  title: string = id,
): void {
  it(title, async ({ skip }) => {
    const check = checks.find((each) => each.id === id);
    if (check === undefined) throw new Error(`there is no check ${id}`);
    for (const need of check.needs) {
      const missing = await need.missing();
      skip(missing !== undefined, missing);
    }
    await expectPass(check, target);
  });
}

async function expectPass(check: Check, target: Omit<Passing, "name" | "execArgv">): Promise<void> {
  const execArgv = ["--conditions=@caterpillar/source"];
  const passed: Passed = await runCheck(check, { ...target, name: "intact", execArgv });
  expect({ ...passed, figures: [] }).toEqual({ leftOut: [], notRun: [], figures: [] });
}

/** Mutants are made of these. Where one failed a check by itself, a mutant would be killed by that, and not by its bug. */
describe("the file driver without a bug passes what kills its mutants:", () => {
  const made = mutants.filter(({ storage }) => storage.driver.name.startsWith("file"));
  const module = new URL("./target.ts", import.meta.url);
  for (const id of new Set(made.map(({ killedBy }) => killedBy))) {
    itPasses(id, { module, storage: defineStorage(fileDriver("file")) });
  }
});

describe("the whole-file driver without a bug passes what kills its mutants:", () => {
  for (const id of new Set(faultMutants.map(({ killedBy }) => killedBy))) {
    itPasses(id, { module: faultModule(INTACT), storage: faultStorage(INTACT) });
  }
});

function intact(kind: string) {
  return { module: crashModule(kind), storage: crashStorage(kind) };
}

describe("the version driver without a bug passes what kills its mutants:", () => {
  for (const id of new Set(crashMutants.map(({ killedBy }) => killedBy))) {
    itPasses(id, intact(SHARED));
  }
  itPasses("PROC-04", intact(LOCKED), "PROC-04, where its storages are locked");
  itPasses("DUR-13", intact(WRITTEN_THROUGH), "DUR-13, where each write is a sync");
});
