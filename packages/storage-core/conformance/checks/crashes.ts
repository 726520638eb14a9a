/** DUR: what is there after a crash. */
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { runKills } from "../kills.ts";
import { endOf } from "../other.ts";

export const crashChecks: readonly Check[] = group("DUR", {
  "03 a process that is killed while it commits loses nothing that was acknowledged, and leaves nothing in part":
    {
      clauses: ["durability.kill", "transaction.commit"],
      run: (context) => ifDurable(context, () => runKills(context, { quick: 12, full: 2000 })),
    },
});

/** Runs what outlives a process. Where nothing does, nothing may be found afterwards. */
async function ifDurable(context: Context, run: () => Promise<void>): Promise<void> {
  if (context.facts.durability.length > 0) return await run();
  context.leaveOut("what outlives a process: facts.durability is empty");
  const child = context.spawn("leaveOpen");
  context.equal(await child.next(), "left open", "what the process tells");
  await endOf(context, child);
  const open = (): unknown => context.open();
  await context.rejects(open, "STORAGE_NOT_FOUND", "opening what a process has left behind");
}
