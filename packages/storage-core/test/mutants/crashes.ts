/** Drivers that lose something, or hold on to it, when a process or a thread ends. */
import { crashBugs } from "./crash-bugs.ts";
import { crashModule, crashStorage, SHARED } from "./crash-target.ts";
import { lockBugs } from "./lock-bugs.ts";
import type { Mutant } from "./mutant.ts";

/** Bugs that are above the steps of a driver. */
const ABOVE: Readonly<Record<string, readonly string[]>> = {
  "DUR-04": ["a transaction writes at once, and takes it back when it is rolled back"],
  "DUR-08": ["rollback is a commit, and another one that takes it back"],
};

const byCheck: readonly (readonly [string, readonly string[]])[] = [
  ...Object.entries(ABOVE),
  ...[...Object.entries(crashBugs), ...Object.entries(lockBugs)].map(
    ([check, bugs]) => [check, Object.keys(bugs)] as const,
  ),
];

/** Who shares a storage with the process that is killed or stopped has the bug as well; who looks what it has left has not. */
const SHARING = ["DUR-07", "PROC-04", "PROC-05", "PROC-06"];

export const crashMutants: readonly Mutant[] = byCheck.flatMap(([killedBy, names]) =>
  names.map((name) => ({
    name,
    killedBy,
    storage: crashStorage(SHARING.includes(killedBy) ? name : SHARED),
    module: crashModule(name),
  })),
);
