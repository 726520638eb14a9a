/** Runs one check against one target. */
import type { Check } from "./check.ts";
import { clauses } from "./clauses.ts";
import { Context, type OnRound } from "./context.ts";
import { wordsOf } from "./failure.ts";
import { type Host, hostSuffix, obstacle } from "./host.ts";
import type { Profile } from "./profile.ts";
import { SessionPool } from "./session-pool.ts";
import type { LoadedTarget } from "./target.ts";

/** What is to be said of a check that the driver has passed. */
export interface Passed {
  /** Parts that do not apply to it, each with the reason; empty where all of it was checked. */
  readonly leftOut: readonly string[];
  /** Parts that could not be run on this machine, each with the reason. */
  readonly notRun: readonly string[];
  /** What was seen, in figures. */
  readonly figures: readonly string[];
}

export interface RunOptions {
  /**
   * Where the check's sessions live: a host, or a pool of the target's that other checks use as well, and that the caller ends. Default:
   * `"thread"`.
   */
  readonly on?: Host | SessionPool | undefined;
  /** Default: `"quick"`. */
  readonly profile?: Profile | undefined;
  /** Told of each round of a check that repeats itself, before it begins. */
  readonly onRound?: OnRound | undefined;
}

/**
 * Rejects where the driver does not keep the clauses, with their sentences in the message and the failure as the cause.
 *
 * A `TypeError`, and nothing is run, where the check has no such host, or the driver's facts stand against it. Where this machine lacks what the
 * check needs, nothing is run either, and that is what is answered.
 */
export async function runCheck(
  check: Check,
  target: LoadedTarget,
  { on = "thread", profile, onRound }: RunOptions = {},
): Promise<Passed> {
  const host = typeof on === "string" ? on : on.host;
  refuse(check, target, host);
  const needed = await Promise.all(check.needs.map((need) => need.missing()));
  const missing = needed.filter((why) => why !== undefined);
  if (missing.length > 0) return { leftOut: [], notRun: missing, figures: [] };
  const own = typeof on !== "string" || on === "thread" ? undefined : new SessionPool(target, on);
  const pool = typeof on === "string" ? own : on;
  const context = new Context(target, { pool, profile, onRound });
  const failures: unknown[] = [];
  try {
    await check.run(context);
    if (context.assertions === 0) failures.push(new Error("the check asserted nothing"));
  } catch (error) {
    failures.push(error);
  }
  // What goes wrong in tidying up is often the consequence of what went wrong before, and is told only by itself.
  await context.dispose().catch((error: unknown) => failures.push(error));
  await own?.end().catch((error: unknown) => failures.push(error));
  const { leftOut, notRun, figures } = context;
  if (failures.length === 0) return { leftOut, notRun, figures };
  const [cause] = failures;
  const broken = check.clauses.map((id) => `  ${id}: ${clauses.get(id)}`).join("\n");
  const said = wordsOf(cause).join("\n  because ");
  throw new Error(`${headingOf(check, host)}: ${said}\n${broken}`, { cause });
}

/** What a failure begins with. */
export function headingOf({ id, title }: Check, host: Host): string {
  return `${id} ${title}${hostSuffix(host)}`;
}

function refuse(check: Check, target: LoadedTarget, host: Host): void {
  const against = obstacle(host, target.storage.driver.facts);
  const reason = check.hosts.includes(host) ? against : `it runs on ${check.hosts.join(", ")} only`;
  if (reason === undefined) return;
  throw new TypeError(`${check.id} cannot be run on the host "${host}": ${reason}`);
}
