/** HIST: random transactions of several sessions at once, all recorded, and whether there is an order in which they can have happened. */
import { type Check, group } from "../check.ts";
import { runBank } from "../history/bank.ts";
import { historyAmong, historyInOneThread, historyWithKills } from "../history/run-history.ts";
import { ifShared } from "../other.ts";
import { chosenSeed } from "../random.ts";

const CLAUSES = [
  "isolation.begin",
  "isolation.uncommitted",
  "isolation.serializable",
  "isolation.recency",
  "isolation.atomic",
  "conflict.typed",
];

export const historyChecks: readonly Check[] = group("HIST", {
  "01 a history of storages in one thread is strictly serializable": {
    clauses: CLAUSES,
    run: historyInOneThread,
  },

  "02 a history of worker threads is strictly serializable": {
    clauses: CLAUSES,
    run: (context) => ifShared(context, "threads", () => historyAmong(context, "threads")),
  },

  "03 a history of processes is strictly serializable": {
    clauses: CLAUSES,
    run: (context) => ifShared(context, "processes", () => historyAmong(context, "processes")),
  },

  "04 so is one of processes that are killed, whose last commits are there as a whole or not at all":
    {
      clauses: [...CLAUSES, "transaction.commit"],
      run: (context) => ifShared(context, "processes", () => historyWithKills(context)),
    },

  "05 the sum of all accounts is the same in every snapshot while money is moved": {
    clauses: [
      "isolation.begin",
      "isolation.atomic",
      "isolation.serializable",
      "iteration.snapshot",
    ],
    run: (context) => runBank(context, chosenSeed()),
  },
});
