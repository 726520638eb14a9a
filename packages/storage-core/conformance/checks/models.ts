/** MOD: random steps, each of which must come to what it comes to on a model of the contract. */
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { nothingOutlives } from "../durable.ts";
import { fastCheck } from "../fast-check.ts";
import { crashingPlan, hostilePlan, onePlan, reopeningPlan, severalPlan } from "../model/plans.ts";
import { type ModelPlan, ModelRun } from "../model/run-model.ts";
import { type Stage, StageHere } from "../model/stage.ts";
import { StageInProcess } from "../model/stage-in-process.ts";
import type { Times } from "../profile.ts";
import { chosenPath } from "../random.ts";

const ROUNDS: Times = { quick: 1, full: 1000 };
/** Processes are started in these. */
const CRASHING_ROUNDS: Times = { quick: 1, full: 300 };

export const modelChecks: readonly Check[] = group("MOD", {
  "01 random steps on one storage come to what they come to on a model": {
    clauses: [
      "calls.order",
      "transaction.own",
      "transaction.rollback",
      "transaction.usable",
      "iteration.snapshot",
      "iteration.range",
    ],
    needs: [fastCheck],
    run: (context) => runHere(context, onePlan),
  },

  "02 four sessions that take random steps are answered as the model answers them": {
    clauses: [
      "isolation.begin",
      "isolation.uncommitted",
      "isolation.recency",
      "conflict.typed",
      "transaction.own",
      "iteration.complete",
      "iteration.snapshot",
    ],
    needs: [fastCheck],
    run: (context) => runHere(context, severalPlan),
  },

  "03 so are sessions that close and open again, and whose process is killed": {
    clauses: [
      "close.rollback",
      "close.reopen",
      "readonly.read",
      "readonly.refuse",
      "durability.kill",
    ],
    needs: [fastCheck],
    run: async (context) => {
      if (context.facts.durability.length > 0) return await runInProcesses(context);
      await runHere(context, reopeningPlan);
      await nothingOutlives(context);
    },
  },

  "04 random steps with names, keys and values that are easily taken for others": {
    clauses: [
      "names.any",
      "keys.any",
      "keys.limit",
      "values.round-trip",
      "values.refuse",
      "values.text",
      "containers.independent",
      "iteration.order",
    ],
    needs: [fastCheck],
    run: (context) => runHere(context, hostilePlan),
  },
});

async function runHere(context: Context, plan: ModelPlan<Stage>): Promise<void> {
  await inRounds(context, ROUNDS, new StageHere(context.target), plan);
}

async function runInProcesses(context: Context): Promise<void> {
  const stage = new StageInProcess(context.target);
  try {
    await inRounds(context, CRASHING_ROUNDS, stage, crashingPlan);
    await stage.end();
  } finally {
    await stage.discard();
  }
}

async function inRounds<S extends Stage>(
  context: Context,
  rounds: Times,
  stage: S,
  plan: ModelPlan<S>,
): Promise<void> {
  const run = new ModelRun(context, stage, plan);
  const path = chosenPath();
  if (path === undefined) await context.inFreshRounds(rounds, () => run.round());
  else await run.replay(path);
  context.figure(`${run.tally}`);
}
