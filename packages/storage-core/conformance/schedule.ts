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
 * first step. A key is one of the container `c`, or is written with its container: `d/1`.
 */
import type { Storage } from "../src/storage.ts";
import type { Check } from "./check.ts";
import { collect } from "./collect.ts";
import { type Context, refusalOf } from "./context.ts";
import { LIMIT_MS, within } from "./waiting.ts";

interface Session {
  readonly storage: Storage;
  /** The one that `next` goes on with. */
  iteration: AsyncIterator<[key: string, value: string], undefined> | undefined;
}

interface Step {
  readonly text: string;
  readonly session: string;
  readonly run: (session: Session) => Promise<string>;
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

type Operation = (session: Session, ...args: string[]) => Promise<string>;

const CONTAINER = "c";

/** By how they are written: a name, its arguments, `[one]` that may be left out, and `more...` of which there may be many. */
const operations: Readonly<Record<string, Operation>> = {
  open: async () => "ok",
  begin: ({ storage }) => ok(storage.begin()),
  commit: ({ storage }) => ok(storage.commit()),
  rollback: ({ storage }) => ok(storage.rollback()),
  close: ({ storage }) => ok(storage.close()),
  "set key value": ({ storage }, key = "", value = "") =>
    ok(storage.setContainerItem(...place(key), value)),
  "setMany [key=value...]": ({ storage }, ...pairs) =>
    ok(storage.setContainerItems(CONTAINER, pairs.map(entry))),
  "delete key": ({ storage }, key = "") => ok(storage.deleteContainerItem(...place(key))),
  "deleteMany [key...]": ({ storage }, ...keys) =>
    ok(storage.deleteContainerItems(CONTAINER, keys)),
  "clearContainer [container]": ({ storage }, container = CONTAINER) =>
    ok(storage.clearContainer(container)),
  "add container": ({ storage }, container = "") => ok(storage.addContainer(container)),
  "drop container": ({ storage }, container = "") => ok(storage.deleteContainer(container)),
  clear: ({ storage }) => ok(storage.clear()),
  "get key": async ({ storage }, key = "") =>
    (await storage.getContainerItem(...place(key))) ?? "missing",
  "has key": async ({ storage }, key = "") =>
    (await storage.hasContainerItem(...place(key))) ? "yes" : "no",
  "getMany key...": async ({ storage }, ...keys) => {
    const pairs = await storage.getContainerItems(CONTAINER, keys);
    return list(pairs.map(([, value]) => value ?? "missing"));
  },
  "keys [container]": async ({ storage }, container = CONTAINER) =>
    list(await collect(storage.getContainerKeys(container))),
  "entries [container]": async ({ storage }, container = CONTAINER) =>
    list((await collect(storage.container(container).entries())).map((pair) => pair.join("="))),
  "length [container]": async ({ storage }, container = CONTAINER) =>
    String(await storage.getContainerLen(container)),
  containers: async ({ storage }) => list(await storage.listContainers()),
  "hasContainer container": async ({ storage }, container = "") =>
    (await storage.hasContainer(container)) ? "yes" : "no",
  /** The next entry of the iteration that the session has open, or of a new one; it stays open over other steps. */
  next: async (session) => {
    session.iteration ??= session.storage.container(CONTAINER).entries();
    const { done, value } = await session.iteration.next();
    if (done) session.iteration = undefined;
    return value?.join("=") ?? "end";
  },
};

const usages = Object.entries(operations).map(([usage, operation]) => {
  const [name = "", ...args] = usage.split(" ");
  const least = args.filter((arg) => !arg.startsWith("[")).length;
  const most = usage.includes("...") ? Number.POSITIVE_INFINITY : args.length;
  return { usage, name, least, most, operation };
});

/** Creates the storage with `{1: "10", 2: "20"}` in the container `c`, and runs the steps; each must come to what it says. */
export async function runSchedule(
  context: Context,
  schedule: string,
  { title = "the schedule", path = context.path, limit = LIMIT_MS }: ScheduleOptions = {},
): Promise<void> {
  const steps = parse(schedule);
  const creator = await context.create({ [CONTAINER]: { 1: "10", 2: "20" } }, path);
  await creator.close();
  const sessions = new Map<string, Session>();
  const results: string[] = [];
  for (const step of steps) {
    let session = sessions.get(step.session);
    if (session === undefined) {
      session = { storage: await context.open({}, path), iteration: undefined };
      sessions.set(step.session, session);
    }
    const result = await within(step.run(session).catch(refusalOf), limit, () => "blocked");
    results.push(result);
    context.equal(result, step.expected, report(title, steps, results));
  }
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

/** A check that is nothing but its schedules. */
export function scheduled(
  clauses: readonly string[],
  schedules: Readonly<Record<string, string>>,
): Pick<Check, "clauses" | "run"> {
  return { clauses, run: (context) => runSchedules(context, schedules) };
}

/** The steps of a schedule. Throws where a line is none, before anything is run. */
function parse(schedule: string): readonly Step[] {
  const lines = schedule.split(/[\n;]/).map((line) => line.trim());
  const steps = lines.filter((line) => line !== "").map(parseStep);
  if (steps.length === 0) throw new TypeError("a schedule has steps; this one has none");
  return steps;
}

function parseStep(text: string): Step {
  const parts = /^([A-Z]\w*) ([A-Za-z]+)((?: (?!->)\S+)*)(?: -> (\S+))?$/.exec(text);
  if (parts === null) {
    throw new TypeError(`a step is "Session operation arguments -> result", not "${text}"`);
  }
  const [, session = "", name = "", given = "", expected = "ok"] = parts;
  const args = given.split(" ").slice(1);
  const found = usages.find((usage) => usage.name === name);
  if (found === undefined) {
    const known = usages.map(({ usage }) => usage).join(", ");
    throw new TypeError(`"${text}": there is no operation "${name}"; there are ${known}`);
  }
  const { usage, least, most, operation } = found;
  const paired = !usage.includes("=") || args.every((arg) => arg.includes("="));
  if (args.length < least || args.length > most || !paired) {
    throw new TypeError(`"${text}": the operation is written "${usage}"`);
  }
  return { text, session, run: async (on) => operation(on, ...args), expected };
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

async function ok(call: Promise<unknown>): Promise<string> {
  await call;
  return "ok";
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(",");
}

/** `d/1` or `1`: the container and the key. */
function place(key: string): [container: string, key: string] {
  const [container, rest] = key.split("/");
  return rest === undefined ? [CONTAINER, key] : [container as string, rest];
}

/** `1=11`: the key and the value. */
function entry(pair: string): [key: string, value: string] {
  const [key = "", value = ""] = pair.split("=");
  return [key, value];
}
