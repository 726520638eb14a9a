/** The process of a trial, or of a load: does what it is told, says how it went, and ends. */
import { loadContender } from "./contenders/index.ts";
import { loadDatabase } from "./prepared.ts";
import type { Answer, Order } from "./trial-process.ts";
import { CannotError, runTrial } from "./trial-run.ts";

const order = JSON.parse(process.argv[2] ?? "") as Order;
const answer = await obey(order).catch(failure);
process.send?.(answer, () => process.exit());

async function obey(order: Order): Promise<Answer> {
  const contender = await loadContender(order.spec.contender);
  if (order.kind === "trial")
    return { kind: "trial", trial: await runTrial(order.spec, contender) };
  await loadDatabase(order.spec, contender);
  return { kind: "loaded" };
}

function failure(error: unknown): Answer {
  if (error instanceof CannotError) return { kind: "cannot" };
  return { kind: "failure", reason: error instanceof Error ? (error.stack ?? "") : String(error) };
}
