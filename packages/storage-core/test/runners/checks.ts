/** Checks of every outcome, for what registers them with a test runner. */
import { type Check, type LoadedTarget, loadTarget } from "@caterpillar/storage-core/conformance";
import { group } from "../../conformance/check.ts";

export const checks: readonly Check[] = group("TEST", {
  "01 holds": { clauses: [], run: async (context) => context.ok(true, "it is true") },
  "02 fails": { clauses: [], run: async (context) => context.ok(false, "it is false") },
  "03 asserts nothing": { clauses: [], run: async () => {} },
  "04 holds in part": {
    clauses: [],
    run: async (context) => {
      context.leaveOut("a part: facts.processes is separate");
      context.ok(true, "it is true");
    },
  },
  // What runners throw to themselves where a test is skipped.
  "06 meets a driver that throws what skips": {
    clauses: [],
    run: async (context) => {
      context.ok(true, "it is true");
      throw Object.assign(new Error("test is skipped; abort execution"), {
        name: "PendingError",
        code: "VITEST_PENDING",
        type: "pending",
        pending: true,
      });
    },
  },
  "05 cannot be run": {
    clauses: [],
    run: async (context) => {
      context.cannotRun("a part: this machine has no such thing");
      context.ok(true, "it is true");
    },
  },
  "07 fails what only should be": {
    level: "should",
    clauses: [],
    run: async (context) => context.ok(false, "it is false"),
  },
  "08 fails as it is declared": {
    clauses: [],
    run: async (context) => context.ok(false, "it is false"),
  },
  "09 holds, and is declared to fail": {
    clauses: [],
    run: async (context) => context.ok(true, "it is true"),
  },
});

/** The memory driver, with deviations. */
export async function runnersTarget(): Promise<LoadedTarget> {
  const module = new URL("../target.ts", import.meta.url);
  const deviations = ["TEST-08", "TEST-09"].map((check) => {
    return { check, reason: "a deviation of the tests", until: "2999-12-31" };
  });
  return { ...(await loadTarget({ name: "memory", module })), deviations };
}
