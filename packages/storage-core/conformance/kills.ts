/**
 * A process is killed while it commits, again and again. Whatever it was told is committed must be there then, and of anything else
 * nothing or all.
 */
import type { Storage } from "../src/storage.ts";
import { type Context, contentsOf, type Seed } from "./context.ts";
import { difference } from "./difference.ts";
import {
  BEFORE_ALL,
  type CommitNews,
  commitNext,
  contentsAfter,
  newestNumber,
} from "./numbered-commits.ts";
import { Pace } from "./pace.ts";
import type { Times } from "./profile.ts";

/** A process commits fewer than so many before it is killed. */
const MOST_COMMITS = 8;

/**
 * Kills a process that commits so many times. Where processes share a storage, this
 * one has it open all the time; else it looks in when the other is dead. It commits something itself after each kill: what the dead one has left
 * must hinder nobody.
 */
export async function runKills(context: Context, times: Times): Promise<void> {
  const shared = context.facts.processes === "shared";
  const pace = new Pace(10);
  let storage: Storage = await context.create(BEFORE_ALL);
  let newest = -1;
  let [kills, midway, unacknowledged, late] = [0, 0, 0, 0];
  for (const kill of context.rounds(times)) {
    if (!shared) await storage.close();
    const { committing, committed } = await commitUntilKilled(context, newest + 1, pace);
    if (!shared) storage = await context.open();
    const seen = await newestNumber(storage);
    const were = `kill ${kill}: ${committed} was acknowledged, ${committing} begun, ${seen} is there`;
    context.ok(seen === committed || seen === committing, were);
    await checkContents(context, storage, seen, were);

    newest = await commitNext(storage);
    // A commit that was not acknowledged may be one that is made, but that the dead one could not tell the others of; they
    // see it when somebody writes again. LMDB does so.
    const found = newest - 1;
    const then = `${were}, and ${found} when somebody writes again`;
    context.ok(found === seen || (shared && found === committing), then);
    await checkContents(context, storage, newest, `${then}; after that`);
    kills = kill;
    if (committing > committed) midway++;
    if (found > committed) unacknowledged++;
    if (found > seen) late++;
  }
  await storage.close();
  storage = await context.open();
  await checkContents(context, storage, newest, "in the end");
  context.figure(
    `${newest + 1} commits, ${kills} kills, ${midway} of them in the middle of a commit; ${unacknowledged} commits were durable, but not acknowledged yet, ${late} of them seen only at the next write`,
  );
  // Kills that all hit between two commits would have shown nothing.
  context.ok(midway > kills / 5, `${midway} of ${kills} kills came in the middle of a commit`);
}

/** Fails where there is not exactly what the transactions up to the number have left. */
async function checkContents(
  context: Context,
  storage: Storage,
  newest: number,
  when: string,
): Promise<void> {
  const found = linesOf(await contentsOf(storage));
  context.equal(difference(found, linesOf(contentsAfter(newest))), "none", `${when}; differences`);
}

function linesOf(contents: Seed): string[] {
  const lines = Object.entries(contents).flatMap(([container, items]) => [
    container,
    ...Object.entries(items).map(([key, value]) => `${container}/${key} = ${value}`),
  ]);
  return lines.sort();
}

/** Lets a process commit for a random while, kills it, and answers the last numbers that it told. */
async function commitUntilKilled(
  context: Context,
  first: number,
  pace: Pace,
): Promise<{ committing: number; committed: number }> {
  const child = context.spawn("commitNumbered");
  // Most kills are to come within a commit; some in what the driver does behind one.
  const last = first + Math.floor(Math.random() * MOST_COMMITS);
  const from: CommitNews["is"] = Math.random() < 0.85 ? "committing" : "committed";
  const latest = { committing: first - 1, committed: first - 1 };
  let killed = false;
  let began = 0;
  for (;;) {
    const news = (await child.next()) as CommitNews | undefined;
    if (news === undefined) break;
    latest[news.is] = news.n;
    if (news.is === "committing") began = performance.now();
    else pace.add(performance.now() - began);
    if (news.is !== from || news.n !== last) continue;
    setTimeout(() => {
      killed = true;
      child.kill();
    }, Math.random() * pace.mean);
  }
  const { code, signal, stderr } = await child.ended;
  // A process that hangs is killed as well, but not from here.
  const end = { killed, code, signal, stderr };
  const wanted = { killed: true, code: null, signal: "SIGKILL", stderr: "" };
  context.equal(end, wanted, "how the process ended");
  return latest;
}
