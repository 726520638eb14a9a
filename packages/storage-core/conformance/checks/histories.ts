/** HIST: random transactions of several sessions at once, all recorded, and whether there is an order in which they can have happened. */
import { type Check, group } from "../check.ts";
import { runBank } from "../history/bank.ts";
import { historyAmong, historyInOneThread, historyWithKills } from "../history/run-history.ts";
import { ifShared } from "../other.ts";
import type { Times } from "../profile.ts";

/** Histories of different seeds. */
const ROUNDS: Times = { quick: 1, full: 200 };

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
    run: (context) => context.inFreshRounds(ROUNDS, () => historyInOneThread(context)),
  },

  "02 a history of worker threads is strictly serializable": {
    clauses: CLAUSES,
    run: (context) =>
      ifShared(context, "threads", () =>
        context.inFreshRounds(ROUNDS, () => historyAmong(context, "threads")),
      ),
  },

  "03 a history of processes is strictly serializable": {
    clauses: CLAUSES,
    run: (context) =>
      ifShared(context, "processes", () =>
        context.inFreshRounds(ROUNDS, () => historyAmong(context, "processes")),
      ),
  },

  "04 so is one of processes that are killed, whose last commits are there as a whole or not at all":
    {
      clauses: [...CLAUSES, "transaction.commit"],
      run: (context) =>
        ifShared(context, "processes", () =>
          context.inFreshRounds(ROUNDS, () => historyWithKills(context)),
        ),
    },

  "05 the sum of all accounts is the same in every snapshot while money is moved": {
    clauses: [
      "isolation.begin",
      "isolation.atomic",
      "isolation.serializable",
      "iteration.snapshot",
    ],
    run: (context) => context.inFreshRounds(ROUNDS, () => runBank(context)),
  },
});
