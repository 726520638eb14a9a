/** A process that has begun something on storages, and is killed or stopped. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Storage } from "../../src/storage.ts";
import type { ProcessRun } from "../child-process.ts";
import { type Context, contentsOf } from "../context.ts";
import { letTurn } from "../event-loop.ts";
import { endOf, ready } from "../other.ts";
import { Pace } from "../pace.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";
import { unblocked } from "../waiting.ts";
import { checkThere, createBefore } from "./deed-ends.ts";
import { type Placed, type UnfinishedDeed, unfinishedDeeds } from "./deeds.ts";
import { follow, inspectCommits } from "./kills.ts";
import { BEFORE_ALL, contentsAfter, newestNumber } from "./numbered-commits.ts";
import { goOn, stop } from "./stopping.ts";

type Held = readonly Placed<UnfinishedDeed>[];

/** A process that has begun all that can be left unfinished, each on a storage of its own. */
async function startHolder(context: Context): Promise<{ child: ProcessRun; held: Held }> {
  const prefix = context.place("held");
  const held = await createBefore(context, unfinishedDeeds, prefix);
  return { child: context.spawn("holdUnfinished", [prefix]), held };
}

async function kill(context: Context, child: ProcessRun): Promise<void> {
  child.kill();
  await endOf(context, child, "SIGKILL");
}

/** When the one who has a storage open is killed, it opens at once for anybody else: who waits for nothing gets it. */
export async function openWhenHolderIsKilled(context: Context): Promise<void> {
  const { child, held } = await startHolder(context);
  await ready(context, child);
  if (context.facts.processes === "locked") {
    for (const { path, name } of held) {
      const open = (): unknown => context.open({}, path);
      await context.rejects(open, "STORAGE_LOCKED", `opening beside ${name}`);
    }
  }
  await kill(context, child);
  for (const { path, name, before } of held) {
    const storage = await context.open({ timeout: 0 }, path);
    context.equal(await contentsOf(storage), before, `what is there when ${name} was killed`);
    await storage.close();
    await checkThere(context, path, before, `when ${name} was killed, opened once more`);
  }
}

/** When one is killed that has written in a transaction, another one that had the storage open writes on at once. */
export async function writeWhenHolderIsKilled(context: Context): Promise<void> {
  const { child, held } = await startHolder(context);
  const storages: Storage[] = [];
  for (const { path } of held) storages.push(await context.open({ timeout: 0 }, path));
  await ready(context, child);
  await kill(context, child);
  for (const [i, { name, before }] of held.entries()) {
    const storage = storages[i] as Storage;
    await storage.setContainerItem("c", "a", "of the survivor");
    await storage.transaction((tx) => tx.addContainer("of the survivor"));
    const expected = { ...before, c: { ...before["c"], a: "of the survivor" } };
    const all = { ...expected, "of the survivor": {} };
    context.equal(await contentsOf(storage), all, `what is there when ${name} was killed`);
  }
}

/** Who does nothing any more, with what he has begun, keeps nobody from reading, writing and opening. Then he goes on, and finishes. */
export async function goOnBesideStopped(context: Context): Promise<void> {
  const { child, held } = await startHolder(context);
  const storages: Storage[] = [];
  for (const { path } of held) storages.push(await context.open({}, path));
  await ready(context, child);
  await stop(child);
  for (const [i, { path, name, before }] of held.entries()) {
    const beside = (what: string): string => `${what} beside ${name} that is stopped`;
    for (const [which, storage] of Object.entries({
      "that was open": storages[i] as Storage,
      "that is opened": await unblocked(context.open({}, path), beside("opening")),
    })) {
      const read = await unblocked(contentsOf(storage), beside(`reading a storage ${which}`));
      const first = which === "that was open" ? before : { ...before, "that was open": {} };
      context.equal(read, first, beside(`what is in a storage ${which}`));
      const write = storage.transaction((tx) => tx.addContainer(which));
      await unblocked(write, beside(`writing to a storage ${which}`));
    }
  }
  goOn(child);
  child.go();
  const wanted = held.map(({ beside }) => beside);
  context.equal(await child.next(), wanted, "what became of all that was begun");
  await endOf(context, child);
  const others = { "that was open": {}, "that is opened": {} };
  for (const [i, { name, before, after, beside }] of held.entries()) {
    const own = beside === "ok" ? after : before;
    const found = await contentsOf(storages[i] as Storage);
    context.equal(found, { ...own, ...others }, `what is there in the end of ${name}`);
  }
}

/**
 * One who is stopped in the middle of a commit keeps nobody from reading: all see the state before it or behind it. When he goes on, it goes on as well.
 */
export async function readBesideStoppedCommits(context: Context, times: Times): Promise<void> {
  const storage = await context.create(BEFORE_ALL);
  const random = new Random(context.seed);
  // Its rounds have limits.
  const child = context.spawn("commitNumbered", undefined, { limit: Number.POSITIVE_INFINITY });
  const latest = { committing: -1, committed: -1 };
  const pace = new Pace(10);
  let wake = (): void => {};
  const following = follow(child, 0, pace, ({ n, is }) => {
    latest[is] = n;
    if (is === "committing") wake();
  });
  let [stops, midway] = [0, 0];
  for (const _ of context.rounds(times)) {
    const begun = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([begun, following]);
    await sleep(random.next() * pace.mean);
    await stop(child);
    // All that it has told is on its way to here, and nothing more will come.
    await letTurn();
    stops++;
    if (latest.committing > latest.committed) midway++;
    const read = storage.transaction(
      async (tx) => ({ n: await newestNumber(tx), contents: await contentsOf(tx) }),
      { readonly: true },
    );
    const { n, contents } = await unblocked(read, `stop ${stops}: reading`);
    const were = `stop ${stops}: ${latest.committed} was acknowledged, ${latest.committing} begun, ${n} is seen`;
    context.ok(n === latest.committed || n === latest.committing, were);
    context.equal(contents, contentsAfter(n), were);
    goOn(child);
  }
  await kill(context, child);
  await inspectCommits(context, storage, await following, "in the end", true);
  context.figure(`${stops} stops, ${midway} of them in the middle of a commit`);
  context.ok(midway > stops / 5, `${midway} of ${stops} stops came in the middle of a commit`);
}
