/** Drivers that lose their head when the machine fails, and drivers that use it up. */
import { faultBugs } from "./fault-bugs.ts";
import { faultModule, faultStorage, MOVED } from "./fault-target.ts";
import type { Mutant } from "./mutant.ts";

const byCheck = {
  ...Object.fromEntries(Object.entries(faultBugs).map(([id, bugs]) => [id, Object.keys(bugs)])),
  "FAULT-09": Object.keys(MOVED),
};

export const faultMutants: readonly Mutant[] = Object.entries(byCheck).flatMap(([killedBy, bugs]) =>
  bugs.map((bug) => ({
    name: `a driver where ${bug}`,
    killedBy,
    storage: faultStorage(bug),
    module: faultModule(bug),
  })),
);
