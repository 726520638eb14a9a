/**
 * Schedules: what several sessions do on one storage, step by step, as text.
 *
 *     A begin
 *     A set 1 11
 *     B get 1 -> 10
 *     B commit -> TRANSACTION_STATE
 *
 * A step is a session, an operation with its arguments, and what it must come to: `ok` if nothing is said; a value; `missing`; `yes`
 * or `no`; names, keys or entries with commas between them (`none` for none); `end` of an iteration; or the code of the error that it
 * rejects with. It comes to exactly one thing; a schedule has no alternatives. Steps stand on lines of their own, or have `;` between
 * them; each is made when the one before has settled, and must settle by itself. A session is a storage of its own, opened at its
 * first step, where the context's host has its sessions. A key is one of the container `c`, or is written with its container: `d/1`.
 */
import type { Check } from "./check.ts";
import type { Context } from "./context.ts";
import { HOSTS } from "./host.ts";
import { CONTAINER, parseOperation, Session } from "./session.ts";
import { BLOCKED, type HostedSession } from "./session-pool.ts";
import { LIMIT_MS, within } from "./waiting.ts";

interface Step {
  readonly text: string;
  readonly session: string;
  /** With its arguments, as the session gets it. */
  readonly operation: string;
  readonly expected: string;
}

export interface ScheduleOptions {
  /** Its name in a failure. */
  readonly title?: string;
  /** Where its storage is; the context's own path unless told otherwise. */
  readonly path?: string;
  /** How long a step may take, in milliseconds. */
  readonly limit?: number;
}

/** Creates the storage with `{1: "10", 2: "20"}` in the container `c`, and runs the steps; each must come to what it says. */
export async function runSchedule(
  context: Context,
  schedule: string,
  { title = "the schedule", path = context.path, limit = LIMIT_MS }: ScheduleOptions = {},
): Promise<void> {
  const steps = parse(schedule);
  const names = new Set(steps.map(({ session }) => session));
  const sessions = new Map([...names].map((name) => [name, startSession(context, path)]));
  const all = [...sessions.values()];
  const results: string[] = [];
  try {
    const creator = await context.create({ [CONTAINER]: { 1: "10", 2: "20" } }, path);
    await creator.close();
    for (const { session, operation, expected } of steps) {
      const result = await (sessions.get(session) as HostedSession).step(operation, limit);
      results.push(result);
      context.equal(result, expected, report(title, steps, results));
    }
  } catch (error) {
    await Promise.all(all.map((session) => session.discard()));
    throw error;
  }
  // All of them, also where one fails, so that nobody is at work on the storage when its folder goes.
  const ends = await Promise.allSettled(all.map((session) => session.leave()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** A session on the context's host. Where it has to be started first, that goes on until its first step. */
function startSession(context: Context, path: string): HostedSession {
  if (context.pool !== undefined) return context.pool.start(path);
  const session = new Session(() => context.open({}, path));
  return {
    step: (operation, limit) => within(session.step(operation), limit, () => BLOCKED),
    // The context closes what was opened with it, at its end.
    leave: async () => {},
    discard: async () => {},
  };
}

/** Runs schedules by title, each on a storage of its own. */
export async function runSchedules(
  context: Context,
  schedules: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [title, schedule] of Object.entries(schedules)) {
    const path = context.place(title.replaceAll(/\W+/g, "-"));
    await runSchedule(context, schedule, { title, path });
  }
}

/**
 * A check that is its schedules, on every host. What can be said only with storages of one thread is `inThread`, and is a part of the
 * check there.
 */
export function scheduled(
  clauses: readonly string[],
  schedules: Readonly<Record<string, string>>,
  inThread?: (context: Context) => Promise<void>,
): Pick<Check, "clauses" | "hosts" | "run"> {
  return {
    clauses,
    hosts: HOSTS,
    run: async (context) => {
      await runSchedules(context, schedules);
      if (context.host === "thread") await inThread?.(context);
    },
  };
}

/** The steps of a schedule. Throws where a line is none, before anything is run. */
function parse(schedule: string): readonly Step[] {
  const lines = schedule.split(/[\n;]/).map((line) => line.trim());
  const steps = lines.filter((line) => line !== "").map(parseStep);
  if (steps.length === 0) throw new TypeError("a schedule has steps; this one has none");
  return steps;
}

function parseStep(text: string): Step {
  const parts = /^([A-Z]\w*) ([A-Za-z]+(?: (?!->)\S+)*)(?: -> (\S+))?$/.exec(text);
  if (parts === null) {
    throw new TypeError(`a step is "Session operation arguments -> result", not "${text}"`);
  }
  const [, session = "", operation = "", expected = "ok"] = parts;
  try {
    parseOperation(operation);
  } catch (error) {
    throw new TypeError(`"${text}": ${(error as Error).message}`);
  }
  return { text, session, operation, expected };
}

/** All steps with what they came to, and an arrow at the last of them that was run. */
function report(title: string, steps: readonly Step[], results: readonly string[]): string {
  const lines = steps.map(({ text, expected }, i) => {
    const result = results[i];
    if (result === undefined) return `      ${text} (not run)`;
    const arrow = i === results.length - 1 ? ">" : " ";
    return `    ${arrow} ${text.replace(/ -> .*/, "")} -> ${result}${result === expected ? "" : `, not ${expected}`}`;
  });
  return `${title}, step ${results.length} of ${steps.length}\n${lines.join("\n")}\n  `;
}
