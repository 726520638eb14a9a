/** What is left of deeds when their process has ended. */
import type { Durability } from "../../src/driver.ts";
import { type Context, contentsOf, type Seed } from "../context.ts";
import { endOf } from "../other.ts";
import type { Times } from "../profile.ts";
import type { Ending } from "./deed-roles.ts";
import { deeds, type Placed, placed, unfinishedDeeds } from "./deeds.ts";

/** Creates a storage for each of them, with what is there before. */
export async function createBefore<T extends { before: Seed }>(
  context: Context,
  all: Readonly<Record<string, T>>,
  prefix: string,
): Promise<readonly Placed<T>[]> {
  const there = placed(all, prefix);
  for (const { path, before } of there) await (await context.create(before, path)).close();
  return there;
}

/** What is acknowledged is there, whatever ends the process in the same moment. Each round, another deed is the last one. */
export async function actAndEnd(
  context: Context,
  ending: Ending,
  times: Times,
  durability: Durability = "power-loss",
): Promise<void> {
  for (const round of context.rounds(times)) {
    const prefix = context.place(`${durability}-${round}`);
    const all = await createBefore(context, deeds, prefix);
    // The last of them first: nothing could be made durable behind it.
    const last = (all.length - (round % all.length)) % all.length;
    const child = context.spawn("perform", [ending, prefix, `${last}`, durability]);
    await endOf(context, child, ending === "is killed" ? "SIGKILL" : null);
    context.equal(await child.next(), "acknowledged", "what the process tells");
    for (const { path, name, after } of all) {
      const what = `${name}, and the process ${ending}: what is there`;
      await checkThere(context, path, after, what);
    }
  }
}

/** Of what is not finished nothing is there. */
export async function leaveAndDie(context: Context): Promise<void> {
  const prefix = context.place("left");
  const all = await createBefore(context, unfinishedDeeds, prefix);
  const child = context.spawn("leaveUnfinished", [prefix]);
  await endOf(context, child, "SIGKILL");
  context.equal(await child.next(), "begun", "what the process tells");
  for (const { path, name, before } of all) {
    const what = `${name}, and the process is killed: what is there`;
    await checkThere(context, path, before, what);
  }
}

/** After so many turns of the event loop a process is killed that gives up what it has begun: at once, then late, then in between. */
const TURNS = [0, 64, 4, 16, 1, 256, 2, 32, 8, 128];

/** The same, when the process is about to give it up. */
export async function abandonAndDie(context: Context, times: Times): Promise<void> {
  let [over, of] = [0, 0];
  for (const round of context.rounds(times)) {
    const prefix = context.place(`abandoned-${round}`);
    const all = await createBefore(context, unfinishedDeeds, prefix);
    const child = context.spawn("abandon", [prefix, `${TURNS[(round - 1) % TURNS.length]}`]);
    await endOf(context, child, "SIGKILL");
    const told = (await child.next()) as { over: number; of: number };
    over += told.over;
    of += told.of;
    for (const { path, name, before } of all) {
      const what = `${name}, and the process is killed when it gives that up: what is there`;
      await checkThere(context, path, before, what);
    }
  }
  context.figure(`${of} were given up, ${of - over} of them not yet when their process was killed`);
  context.ok(over < of, "a process was killed before all was given up");
}

/** Fails unless exactly this is in the storage, and it can be written to. */
export async function checkThere(
  context: Context,
  path: string,
  expected: Seed,
  what: string,
): Promise<void> {
  const storage = await context.open({}, path);
  context.equal(await contentsOf(storage), expected, what);
  await storage.addContainer("new");
  await storage.setContainerItem("new", "a", "1");
  const written = { ...expected, new: { a: "1" } };
  context.equal(await contentsOf(storage), written, `${what} after something else was written`);
  await storage.close();
}
