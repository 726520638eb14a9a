/**
 * Threads that end while they commit, in a process of their own: where a driver cannot bear that, it takes its whole process along, and it should not be
 * that of the checks.
 */
import type { StorageOpener } from "../../src/open-storage.ts";
import { LIMIT_MS } from "../child-run.ts";
import { Context } from "../context.ts";
import { endOf } from "../other.ts";
import type { Times } from "../profile.ts";
import { tell } from "../telling.ts";
import { type Ends, runEnds } from "./kills.ts";

/** What the process tells: that a round begins, what was seen in the end, or what does not hold. */
type News =
  | { readonly round: number }
  | { readonly assertions: number; readonly figures: readonly string[] }
  | { readonly failure: string };

/** Lets threads commit and end, in the context's own folder. */
export async function endThreads(context: Context, how: Ends["how"], times: Times): Promise<void> {
  const of = context.times(times);
  const child = context.spawn("endThreads", [how, `${of}`], {
    // What it makes goes with the context, also where the process crashes.
    env: { TMPDIR: context.folder },
    limit: LIMIT_MS * (1 + of),
  });
  const rounds = context.rounds(times);
  for (;;) {
    const news = (await child.next()) as News | undefined;
    if (news === undefined) break;
    if ("round" in news) rounds.next();
    else if ("failure" in news) context.ok(false, news.failure);
    else {
      for (const figure of news.figures) context.figure(figure);
      context.ok(news.assertions > 0, "the process has looked at something");
    }
  }
  await endOf(context, child);
}

/** The role of that process. */
export async function endThreadsHere(
  storage: StorageOpener,
  [how, times]: readonly string[],
): Promise<void> {
  const news = (what: News): void => tell(what);
  const [module] = process.argv.slice(2) as [string];
  const target = { name: "here", module, execArgv: process.execArgv, storage };
  const context = new Context(target, { onRound: (round) => news({ round }) });
  const own = { quick: Number(times), full: Number(times) };
  try {
    await runEnds(context, { who: "threads", how: how as Ends["how"] }, own);
    news({ assertions: context.assertions, figures: context.figures });
  } catch (error) {
    news({ failure: error instanceof Error ? error.message : String(error) });
  } finally {
    await context.dispose();
  }
}
