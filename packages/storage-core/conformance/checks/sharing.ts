/** CONC, PROC: several threads and processes on one storage, as the driver's facts say that it is shared. */
import { type Check, group } from "../check.ts";
import {
  goOnBesideStopped,
  openWhenHolderIsKilled,
  readBesideStoppedCommits,
  writeWhenHolderIsKilled,
} from "../crash/holders.ts";
import { stopping } from "../crash/stopping.ts";
import { endThreads } from "../crash/thread-ends.ts";
import { comingAndGoing, incrementsAmong, incrementsInOneThread } from "../increments.ts";
import { ifShared, type Others, unlessSeparate } from "../other.ts";
import type { Times } from "../profile.ts";

const ROUNDS: Times = { quick: 1, full: 50 };

/** So many increments each. */
const TIMES = 100;

/** So many times each opens and closes the storage. */
const OPENINGS = 100;

/** So many threads end. */
const ENDS: Times = { quick: 3, full: 300 };

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

/** Who opens the storage in threads, and has them end. Where each has a storage of its own, they must be told so. */
function threadsThat(end: "are killed" | "exit"): Pick<Check, "clauses" | "run"> {
  return {
    clauses: ["sharing.processes", "durability.kill", "transaction.commit"],
    run: (context) => unlessSeparate(context, "threads", () => endThreads(context, end, ENDS)),
  };
}

export const sharingChecks: readonly Check[] = [
  ...group("CONC", {
    "03 threads that open and close a storage at once, while nobody keeps it open, always get it":
      storm("threads"),

    "04 a thread that is terminated in the middle of commits leaves its process, and the storage, unharmed":
      threadsThat("are killed"),

    "05 a thread that exits in the middle of commits leaves its process, and the storage, unharmed":
      threadsThat("exit"),

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

    "04 a storage opens at once when the process that had it open is killed": {
      clauses: ["sharing.processes", "durability.kill"],
      run: (context) => unlessSeparate(context, "processes", () => openWhenHolderIsKilled(context)),
    },

    "05 a process goes on writing at once when another one is killed that had written in a transaction":
      {
        clauses: ["sharing.processes", "conflict.lock", "durability.kill"],
        run: (context) => ifShared(context, "processes", () => writeWhenHolderIsKilled(context)),
      },

    "06 a process that is stopped in a transaction keeps nobody waiting, and one that is stopped in a commit no reader":
      {
        clauses: ["sharing.processes", "isolation.wait", "conflict.lock"],
        needs: [stopping],
        run: (context) =>
          ifShared(context, "processes", async () => {
            await goOnBesideStopped(context);
            await readBesideStoppedCommits(context, { quick: 4, full: 1000 });
          }),
      },
  }),
];
