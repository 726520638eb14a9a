/** MOD: random steps, each answered as a model of the contract answers it. */
import { type Check, group } from "../check.ts";
import { FLOORS, runRandomHistory } from "../random-history.ts";

const STEPS = 6000;

export const modelChecks: readonly Check[] = group("MOD", {
  "02 four sessions that take random steps are answered as the model answers them": {
    clauses: [
      "isolation.begin",
      "isolation.uncommitted",
      "isolation.recency",
      "transaction.own",
      "iteration.complete",
    ],
    run: async (context) => {
      const { seed } = context;
      const counts = await runRandomHistory(context, seed, STEPS);
      context.figure(
        `seed ${seed}: ${Object.entries(counts)
          .map(([end, times]) => `${end} ${times}`)
          .join(", ")}`,
      );
      const rare = FLOORS.filter((end) => (counts[end] ?? 0) < 3);
      context.equal(
        rare,
        [],
        `seed ${seed}: ends that steps came to too seldom to have shown anything`,
      );
    },
  },
});
