/** CONC, PROC: several threads and processes on one storage, as the driver's facts say that it is shared. */
import { type Check, group } from "../check.ts";
import { comingAndGoing, incrementsAmong, incrementsInOneThread } from "../increments.ts";
import { ifShared, type Others } from "../other.ts";
import type { Times } from "../profile.ts";

const ROUNDS: Times = { quick: 1, full: 50 };

/** So many increments each. */
const TIMES = 100;

/** So many times each opens and closes the storage. */
const OPENINGS = 100;

function counterAmong(others: Others): Pick<Check, "clauses" | "run"> {
  return {
    clauses: ["sharing.processes", "conflict.typed", "isolation.serializable", "loop.alive"],
    run: (context) => context.inFreshRounds(ROUNDS, () => incrementsAmong(context, others, TIMES)),
  };
}

function storm(others: Others): Pick<Check, "clauses" | "run"> {
  return {
    clauses: ["sharing.processes"],
    run: (context) =>
      ifShared(context, others, () =>
        context.inFreshRounds(ROUNDS, () => comingAndGoing(context, others, OPENINGS)),
      ),
  };
}

export const sharingChecks: readonly Check[] = [
  ...group("CONC", {
    "03 threads that open and close a storage at once, while nobody keeps it open, always get it":
      storm("threads"),

    "10 threads share a storage, lock it or do not meet, as the facts say; of two that increment a counter none loses one or starves":
      counterAmong("threads"),

    "11 two storages in one thread increment a counter without a single conflict": {
      clauses: ["storages.shared", "isolation.serializable"],
      run: (context) => context.inFreshRounds(ROUNDS, () => incrementsInOneThread(context, TIMES)),
    },
  }),
  ...group("PROC", {
    "01 processes share a storage, lock it or do not meet, as the facts say; of two that increment a counter none loses one or starves":
      counterAmong("processes"),

    "02 processes that open and close a storage at once, while nobody keeps it open, always get it":
      storm("processes"),
  }),
];
