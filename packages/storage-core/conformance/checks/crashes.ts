/** DUR: what is there after a crash. */
import { type Check, group } from "../check.ts";
import { ifDurable } from "../durable.ts";
import { runKills } from "../kills.ts";

export const crashChecks: readonly Check[] = group("DUR", {
  "03 a process that is killed while it commits loses nothing that was acknowledged, and leaves nothing in part":
    {
      clauses: ["durability.kill", "transaction.commit"],
      run: (context) => ifDurable(context, () => runKills(context, { quick: 12, full: 2000 })),
    },
});
