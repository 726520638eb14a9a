/** Somebody else who runs a role of the kit beside a check, in a thread or a process, and what a check asks of each. */
import type { Sharing } from "../src/driver.ts";
import type { ChildRun } from "./child-run.ts";
import { runRoleInThread } from "./child-thread.ts";
import type { Context } from "./context.ts";
import type { Role } from "./roles.ts";

/** Where others are; the name of the fact that says whether they share a storage. */
export type Others = "threads" | "processes";

/** Starts one on the context's storage. */
export function startOther(
  context: Context,
  others: Others,
  role: Role,
  args: readonly string[] = [],
): ChildRun {
  const all = [context.path, ...args];
  if (others === "processes") return context.spawn(role, all);
  return runRoleInThread(context.target, role, all);
}

/** Waits until it is ready to go on. Where it has ended instead, its end is what fails. */
export async function ready(context: Context, child: ChildRun): Promise<void> {
  const told = await child.next();
  if (told === undefined) await endOf(context, child);
  context.equal(told, "ready", "what the other tells");
}

/** Waits for its end, which must be without a complaint, and one of its own unless a signal was to end it. */
export async function endOf(
  context: Context,
  child: ChildRun,
  wanted: NodeJS.Signals | null = null,
): Promise<void> {
  const { code, signal, stderr } = await child.ended;
  const well = { code: wanted === null ? 0 : null, signal: wanted, stderr: "" };
  context.equal({ code, signal, stderr }, well, "how the other ended");
}

/** What others get who open a storage that is not theirs to share. */
const REFUSALS: Readonly<Record<Exclude<Sharing, "shared">, string>> = {
  locked: "STORAGE_LOCKED",
  separate: "STORAGE_NOT_FOUND",
};

/** Runs what others do on a storage that they share. Where they do not share it, they must be told so. */
export async function ifShared(
  context: Context,
  others: Others,
  run: () => Promise<void>,
): Promise<void> {
  if (context.facts[others] === "shared") await run();
  else await refuseOthers(context, others);
}

/** Runs what others do who can have a storage at least when nobody else has it. Where they never meet, they must be told so. */
export async function unlessSeparate(
  context: Context,
  others: Others,
  run: () => Promise<void>,
): Promise<void> {
  if (context.facts[others] !== "separate") await run();
  else await refuseOthers(context, others);
}

async function refuseOthers(context: Context, others: Others): Promise<void> {
  const sharing = context.facts[others] as Exclude<Sharing, "shared">;
  context.leaveOut(`what ${others} do that share it: facts.${others} is ${sharing}`);
  await context.create();
  const other = startOther(context, others, "open", ["{}"]);
  await ready(context, other);
  other.go();
  const refusal = REFUSALS[sharing];
  context.equal(await other.next(), refusal, `what one of other ${others} gets that opens it`);
  await other.ended;
}
