/**
 * The process in which the supervisor runs checks: the module of the target comes on the command line. It says first what the target is; then each
 * message is a check to be run, and is answered with how it went. What nobody catches ends the process, as Node has it, and so fails the check.
 */
import type { DriverFacts } from "../src/driver.ts";
import { checks } from "./catalogue.ts";
import type { Deviation } from "./deviation.ts";
import { letTurn } from "./event-loop.ts";
import type { Host } from "./host.ts";
import type { Profile } from "./profile.ts";
import { type Passed, runCheck } from "./run.ts";
import { SessionPool } from "./session-pool.ts";
import { loadTarget } from "./target.ts";

/** What the target says of itself. */
export interface Introduction {
  /** The driver's own name. */
  readonly name: string;
  readonly facts: DriverFacts;
  readonly deviations: readonly Deviation[];
}

/** Which check to run, and where. */
export interface Order {
  readonly id: string;
  readonly host: Host;
  readonly profile: Profile;
}

/** Said in between by a check that repeats itself: which round of how many begins. */
export interface Round {
  readonly round: number;
  readonly of: number;
}

export interface Failed {
  readonly failure: string;
}

const [module] = process.argv.slice(2) as [string];
// Without its supervisor it has nothing to do.
process.on("disconnect", () => process.exit());
const target = await loadTarget({ module, name: "checked", execArgv: process.execArgv });
/** Its sessions are started once, and used by all checks. They end with this process. */
const pools = {
  workers: new SessionPool(target, "workers"),
  processes: new SessionPool(target, "processes"),
};
process.on("message", (order: Order) => {
  void answerOf(order).then((answer) => process.send?.(answer));
});
const { driver } = target.storage;
const introduction: Introduction = {
  name: driver.name,
  facts: driver.facts,
  deviations: target.deviations ?? [],
};
process.send?.(introduction);

function onRound(round: number, of: number): void {
  const said: Round = { round, of };
  process.send?.(said);
}

async function answerOf({ id, host, profile }: Order): Promise<Passed | Failed> {
  const check = checks.find((each) => each.id === id);
  if (check === undefined) return { failure: `there is no check ${id}` };
  try {
    const on = host === "thread" ? host : pools[host];
    const passed = await runCheck(check, target, { on, profile, onRound });
    // A rejection that nobody handles is told a little later, and belongs to this check.
    await letTurn();
    return passed;
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
