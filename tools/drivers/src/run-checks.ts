/** Runs all checks of the kit on one driver, in a process of its own, and sends its parent one message for each. */
import { checks, loadTarget, runCheck } from "@caterpillar/storage-core/conformance";
import { DRIVERS } from "./drivers.ts";

/** How a check went: passed, with the parts that do not apply, or failed. */
export interface CheckOutcome {
  readonly id: string;
  readonly leftOut: readonly string[];
  readonly failure?: string;
}

async function outcomeOf(
  id: string,
  run: () => ReturnType<typeof runCheck>,
): Promise<CheckOutcome> {
  try {
    const { leftOut } = await run();
    return { id, leftOut };
  } catch (error) {
    return { id, leftOut: [], failure: (error as Error).message };
  }
}

const [name] = process.argv.slice(2);
const driver = DRIVERS.find((listed) => listed.name === name);
if (driver === undefined) throw new Error(`there is no driver ${name}`);
const target = await loadTarget({
  name: driver.name,
  module: driver.target,
  execArgv: process.execArgv,
});
for (const check of checks) {
  const outcome = await outcomeOf(check.id, () => runCheck(check, target));
  await new Promise((resolve) => process.send?.(outcome, resolve));
}
process.disconnect();
