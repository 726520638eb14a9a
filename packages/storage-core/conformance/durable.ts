/** What outlives a process, and what does not. */
import type { Context } from "./context.ts";
import { endOf } from "./other.ts";

/** Runs what outlives a process. Where nothing does, nothing may be found afterwards. */
export async function ifDurable(context: Context, run: () => Promise<void>): Promise<void> {
  if (context.facts.durability.length > 0) return await run();
  await nothingOutlives(context);
}

/** For a driver that keeps nothing: what a process has left behind is not there. */
export async function nothingOutlives(context: Context): Promise<void> {
  context.leaveOut("what outlives a process: facts.durability is empty");
  const child = context.spawn("leaveOpen");
  context.equal(await child.next(), "left open", "what the process tells");
  await endOf(context, child);
  const open = (): unknown => context.open();
  await context.rejects(open, "STORAGE_NOT_FOUND", "opening what a process has left behind");
}
