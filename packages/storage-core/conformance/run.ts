/** Runs one check against one target. */
import type { Check } from "./check.ts";
import { clauses } from "./clauses.ts";
import { Context } from "./context.ts";
import type { LoadedTarget } from "./target.ts";

/** What is to be said of a check that the driver has passed. */
export interface Passed {
  /** Parts that do not apply to it, each with the reason; empty where all of it was checked. */
  readonly leftOut: readonly string[];
  /** Parts that could not be run on this machine, each with the reason. */
  readonly notRun: readonly string[];
}

/** Rejects where the driver does not keep the clauses, with their sentences in the message and the failure as the cause. */
export async function runCheck(check: Check, target: LoadedTarget): Promise<Passed> {
  const context = new Context(target);
  const failures: unknown[] = [];
  try {
    await check.run(context);
    if (context.assertions === 0) failures.push(new Error("the check asserted nothing"));
  } catch (error) {
    failures.push(error);
  }
  // What goes wrong in tidying up is often the consequence of what went wrong before, and is told only by itself.
  await context.dispose().catch((error: unknown) => failures.push(error));
  if (failures.length === 0) return { leftOut: context.leftOut, notRun: context.notRun };
  const [cause] = failures;
  const broken = check.clauses.map((id) => `  ${id}: ${clauses.get(id)}`).join("\n");
  const said = cause instanceof Error ? cause.message : String(cause);
  throw new Error(`${check.id} ${check.title}: ${said}\n${broken}`, { cause });
}
