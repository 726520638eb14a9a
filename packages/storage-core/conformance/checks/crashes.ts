/** DUR: what is there after a crash. */
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { abandonAndDie, actAndEnd, leaveAndDie } from "../crash/deed-ends.ts";
import { runEnds } from "../crash/kills.ts";
import { killWhile, killWhileCreating, killWhileRecovering } from "../crash/passage-kills.ts";
import { auditSyncs } from "../crash/sync-audit.ts";
import { sweepSyncs } from "../crash/sync-sweep.ts";
import { killWhenSeen } from "../crash/visible-kills.ts";
import { ifDurable } from "../durable.ts";
import { ifShared } from "../other.ts";
import type { Times } from "../profile.ts";
import { strace } from "../strace.ts";

/** Each starts a process or several, which takes longer than what they do. */
const FEW: Times = { quick: 1, full: 200 };
const SOME: Times = { quick: 2, full: 400 };

/** A check of what outlives a process. Where nothing does, nothing may be found afterwards. */
function afterwards(
  clauses: readonly string[],
  run: (context: Context) => Promise<void>,
): Pick<Check, "clauses" | "run"> {
  return { clauses, run: (context) => ifDurable(context, () => run(context)) };
}

/** What is there when the process has died, for a driver that keeps what has to be synced for more than that. */
async function withoutSyncs(context: Context): Promise<void> {
  if (!context.facts.durability.includes("process-crash")) {
    context.leaveOut(
      "what is kept without a sync: facts.durability has no process-crash, and what is asked for so is given more",
    );
    return;
  }
  await actAndEnd(context, "is killed", { quick: 1, full: 1 }, "process-crash");
}

/** What is on the disk, where the driver says that it survives the loss of power; where it says less, less is asked. */
async function ifPowerIsLost(context: Context, run: () => Promise<void>): Promise<void> {
  const { durability, location } = context.facts;
  if (!durability.includes("power-loss")) {
    context.leaveOut("what survives the loss of power: facts.durability has no power-loss");
    await actAndEnd(context, "is killed", { quick: 1, full: 1 });
  } else if (location === "name") {
    context.leaveOut("what is synced: facts.location is name, and another machine may do that");
    await actAndEnd(context, "is killed", { quick: 1, full: 1 });
  } else await run();
}

export const crashChecks: readonly Check[] = group("DUR", {
  "01 what a process has committed is there when it has closed and ended": afterwards(
    ["close.reopen", "durability.declared"],
    (context) => actAndEnd(context, "closes", { quick: 1, full: 10 }),
  ),

  "02 a process that exits right after a commit, or within one, loses nothing that was acknowledged":
    afterwards(["durability.declared", "durability.kill", "close.exit"], async (context) => {
      await actAndEnd(context, "exits", { quick: 1, full: 20 });
      await runEnds(context, { who: "processes", how: "exit" }, SOME);
    }),

  "03 a process that is killed while it commits loses nothing that was acknowledged, and leaves nothing in part":
    afterwards(["durability.kill", "durability.declared", "transaction.commit"], (context) =>
      runEnds(context, { who: "processes", how: "are killed" }, { quick: 6, full: 2000 }),
    ),

  "04 what a killed process had not committed is gone": afterwards(
    ["durability.kill", "isolation.uncommitted"],
    leaveAndDie,
  ),

  "06 changes of containers are as durable as items are: a process that is killed right after one loses nothing":
    afterwards(["durability.declared", "containers.transactional"], (context) =>
      actAndEnd(context, "is killed", FEW),
    ),

  "07 what another process has seen is there when the one that wrote it is killed": {
    clauses: ["durability.visible"],
    run: (context) => ifShared(context, "processes", () => killWhenSeen(context, SOME)),
  },

  "08 a process that is killed while it rolls back leaves nothing of that": afterwards(
    ["durability.kill", "transaction.rollback"],
    (context) => abandonAndDie(context, SOME),
  ),

  "09 a process that is killed while it creates or opens leaves a whole storage or none, and no other files":
    afterwards(["durability.kill", "open.create", "open.files"], async (context) => {
      await killWhileCreating(context, SOME);
      await killWhile(context, "opening", FEW);
    }),

  "10 a process that is killed while it closes loses nothing": afterwards(
    ["durability.kill", "close.reopen", "open.files"],
    (context) => killWhile(context, "closing", SOME),
  ),

  "11 what a killed process has left may be opened by others that are killed": afterwards(
    ["durability.kill"],
    (context) => killWhileRecovering(context, FEW),
  ),

  "12 a process that is killed at its first sync, or its second, or any other, loses nothing that was acknowledged":
    {
      ...afterwards(["durability.kill", "transaction.commit"], (context) =>
        ifPowerIsLost(context, () => sweepSyncs(context, { quick: 2, full: 60 })),
      ),
      needs: [strace],
    },

  "13 a commit is synced before it is acknowledged, and before anybody else sees it": {
    ...afterwards(["durability.declared", "durability.visible"], async (context) => {
      await ifPowerIsLost(context, () => auditSyncs(context));
      await withoutSyncs(context);
    }),
    needs: [strace],
  },
});
