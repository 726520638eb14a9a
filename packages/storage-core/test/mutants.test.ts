/** Drivers with one bug each. A kit that does not find the bug would not have found it in anybody's driver. */
import { checks } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants/index.ts";
import { testMutants } from "./mutants/testing.ts";

/** Checks of the core alone: they wrap the driver that they are given, so that no driver can break them. */
const OF_THE_CORE = ["ERR-02", "ERR-03"];

describe("mutants that are broken in this thread", () => {
  testMutants(mutants.filter(({ module }) => module === undefined));
});

it("every check kills a mutant", () => {
  const killers = new Set(mutants.map(({ killedBy }) => killedBy));
  const idle = checks.map(({ id }) => id).filter((id) => !killers.has(id));
  expect(idle.filter((id) => !OF_THE_CORE.includes(id))).toEqual([]);
});
