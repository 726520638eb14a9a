/**
 * A process or a thread ends while it commits, again and again: it is killed, or ends itself. Whatever it was told is committed must be there then,
 * and of anything else nothing or all.
 */
import type { Durability } from "../../src/driver.ts";
import type { Storage } from "../../src/storage.ts";
import { type Context, contentsOf, type Seed } from "../context.ts";
import { difference } from "../difference.ts";
import { type Others, startOther } from "../other.ts";
import { Pace } from "../pace.ts";
import type { Times } from "../profile.ts";
import {
  BEFORE_ALL,
  type CommitNews,
  type CommitOptions,
  commitNext,
  contentsAfter,
  newestNumber,
} from "./numbered-commits.ts";

/** One commits fewer than so many times before it ends. */
const MOST_COMMITS = 6;

/** A commit takes about so many milliseconds, for all that is known before. */
const GUESS_MS = 10;

/** Where too few ends come in the middle of a commit, there are so many more. */
const MORE_ENDS = 20;

/** Who ends, and how. */
export interface Ends {
  readonly who: Others;
  /** From outside, a process by SIGKILL, or by `process.exit()` of its own. */
  readonly how: "are killed" | "exit";
}

/** The last numbers that one told: which commit has begun, and which was acknowledged. */
export interface LastNews {
  committing: number;
  committed: number;
}

/** What came of the commits of one that has ended. */
interface Found {
  /** The number of the newest commit now, which was made to see that the other hinders nobody. */
  readonly newest: number;
  /** Whether the last commit of the other was made, though not acknowledged, and whether that was seen only at the next write. */
  readonly unacknowledged: boolean;
  readonly late: boolean;
}

/**
 * Lets others commit and end so many times. Where they share a storage, this one has it open all the time; else it looks in when the other is gone.
 * The durabilities that the driver has take turns.
 */
export async function runEnds(context: Context, { who, how }: Ends, times: Times): Promise<void> {
  const shared = context.facts[who] === "shared";
  const { durability } = context.facts;
  const pace = new Pace(GUESS_MS);
  let storage: Storage = await context.create(BEFORE_ALL);
  let newest = -1;
  let [ends, midway, unacknowledged, late] = [0, 0, 0, 0];
  // Ends that all came between two commits would have shown nothing.
  const shown = (): boolean => how === "exit" || midway > ends / 5;
  const round = async (): Promise<void> => {
    ends++;
    if (!shared) await storage.close();
    const options = { first: newest + 1, durability: durability[ends % durability.length] };
    const commit = how === "exit" ? commitUntilExit : commitUntilKilled;
    const told = await commit(context, who, options, pace);
    if (!shared) storage = await context.open();
    const found = await inspectCommits(context, storage, told, `end ${ends}`, shared);
    newest = found.newest;
    if (told.committing > told.committed) midway++;
    if (found.unacknowledged) unacknowledged++;
    if (found.late) late++;
  };
  for (const _ of context.rounds(times)) await round();
  for (let more = 0; more < MORE_ENDS && !shown(); more++) await round();
  await storage.close();
  storage = await context.open();
  await checkContents(context, storage, newest, "in the end");
  await storage.close();
  context.figure(
    `${newest + 1} commits, ${ends} ${who} that ${how}, ${midway} of them in the middle of a commit; ${unacknowledged} commits were durable, but not acknowledged yet, ${late} of them seen only at the next write`,
  );
  context.ok(shown(), `${midway} of ${ends} ends came in the middle of a commit`);
}

/**
 * Fails where what is there is neither what was acknowledged nor that with the commit that had begun. Then commits something, and looks again.
 * `shared` says that somebody had the storage open meanwhile.
 */
export async function inspectCommits(
  context: Context,
  storage: Storage,
  { committing, committed }: LastNews,
  when: string,
  shared: boolean,
): Promise<Found> {
  const seen = await newestNumber(storage);
  const were = `${when}: ${committed} was acknowledged, ${committing} begun, ${seen} is there`;
  context.ok(seen === committed || seen === committing, were);
  await checkContents(context, storage, seen, were);
  const newest = await commitNext(storage);
  // A commit that was not acknowledged may be one that is made, but that the dead one could not tell the others of; they
  // see it when somebody writes again. LMDB does so.
  const found = newest - 1;
  const then = `${were}, and ${found} when somebody writes again`;
  context.ok(found === seen || (shared && found === committing), then);
  await checkContents(context, storage, newest, `${then}; after that`);
  return { newest, unacknowledged: found > committed, late: found > seen };
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

interface Committing {
  /** The number of the first commit. */
  readonly first: number;
  readonly durability: Durability | undefined;
}

/** Where one ends: behind which news, so many milliseconds later. Most ends come within a commit; some in what the driver does behind one. */
function someEnd(first: number, pace: Pace): CommitNews & { ms: number } {
  const n = first + Math.floor(Math.random() * MOST_COMMITS);
  const is = Math.random() < 0.85 ? "committing" : "committed";
  return { n, is, ms: Math.random() * pace.mean };
}

function startCommitting(context: Context, who: Others, options: CommitOptions) {
  return startOther(context, who, "commitNumbered", [JSON.stringify(options)]);
}

/** Lets one commit for a random while, kills it, and answers the last numbers that it told. */
async function commitUntilKilled(
  context: Context,
  who: Others,
  { first, durability }: Committing,
  pace: Pace,
): Promise<LastNews> {
  const child = startCommitting(context, who, { durability });
  const at = someEnd(first, pace);
  let killed = false;
  const latest = await follow(child, first, pace, ({ n, is }) => {
    if (n !== at.n || is !== at.is) return;
    setTimeout(() => {
      killed = true;
      child.kill();
    }, at.ms);
  });
  const { code, signal, stderr } = await child.ended;
  // A process that hangs is killed as well, but not from here; a thread that is terminated has the code 1.
  const end = { killed, code, signal, stderr };
  const wanted =
    who === "processes" ? { code: null, signal: "SIGKILL" } : { code: 1, signal: null };
  context.equal(end, { killed: true, ...wanted, stderr: "" }, "how the other ended");
  return latest;
}

/** Lets one commit until it ends by itself, at random, and answers the last numbers that it told. */
async function commitUntilExit(
  context: Context,
  who: Others,
  { first, durability }: Committing,
  pace: Pace,
): Promise<LastNews> {
  const child = startCommitting(context, who, { durability, exit: someEnd(first, pace) });
  const latest = await follow(child, first, pace);
  const { code, signal, stderr } = await child.ended;
  const wanted = { code: 0, signal: null, stderr: "" };
  context.equal({ code, signal, stderr }, wanted, "how the other ended");
  return latest;
}

/** Answers the last numbers that one told who commits, when it has ended. */
export async function follow(
  child: { next(): Promise<unknown> },
  first: number,
  pace?: Pace,
  onNews: (news: CommitNews) => void = () => {},
): Promise<LastNews> {
  const latest = { committing: first - 1, committed: first - 1 };
  let began = 0;
  for (;;) {
    const news = (await child.next()) as CommitNews | undefined;
    if (news === undefined) return latest;
    latest[news.is] = news.n;
    if (news.is === "committing") began = performance.now();
    else pace?.add(performance.now() - began);
    onNews(news);
  }
}
