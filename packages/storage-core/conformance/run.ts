/** Runs one check against one target. */
import type { Check } from "./check.ts";
import { clauses } from "./clauses.ts";
import { Context } from "./context.ts";
import type { LoadedTarget } from "./target.ts";

/** Rejects where the driver does not keep the clauses, with their sentences in the message and the failure as the cause. */
export async function runCheck(check: Check, target: LoadedTarget): Promise<void> {
  const context = new Context(target);
  try {
    try {
      await check.run(context);
    } finally {
      await context.dispose();
    }
    if (context.assertions === 0) throw new Error("the check asserted nothing");
  } catch (cause) {
    const broken = check.clauses.map((id) => `  ${id}: ${clauses.get(id)}`).join("\n");
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${check.id} ${check.title}: ${said}\n${broken}`, { cause });
  }
}
