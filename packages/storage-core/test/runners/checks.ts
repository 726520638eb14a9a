/** Checks of every outcome, for what registers them with a test runner. */
import type { Check } from "@caterpillar/storage-core/conformance";
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
});
