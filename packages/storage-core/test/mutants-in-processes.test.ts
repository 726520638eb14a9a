/** Drivers with one bug each, that threads and processes of the kit import as well. In a file of their own, so that both are run at the same time. */
import { describe } from "vitest";
import { mutants } from "./mutants/index.ts";
import { testMutants } from "./mutants/testing.ts";

describe("mutants that are broken in processes as well", () => {
  testMutants(mutants.filter(({ module }) => module !== undefined));
});
