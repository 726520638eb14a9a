/** A process is killed when it is about to sync for the first time; another one when it is about to do so for the second, and so on. */
import type { Context } from "../context.ts";
import { endOf } from "../other.ts";
import type { Times } from "../profile.ts";
import { killingAtSync } from "../strace.ts";
import { follow, inspectCommits } from "./kills.ts";
import { BEFORE_ALL } from "./numbered-commits.ts";

/** More syncs than a process makes that opens a storage, commits and closes it. */
const MOST_SYNCS = 1000;

/** Kills a process at each of its syncs, until one comes to its end by itself. Each makes so many commits, if it gets so far. */
export async function sweepSyncs(context: Context, commits: Times): Promise<void> {
  await (await context.create(BEFORE_ALL)).close();
  let newest = -1;
  const args = [context.path, JSON.stringify({ commits: context.times(commits) })];
  const only = { UV_THREADPOOL_SIZE: "1" };
  for (const n of context.rounds({ quick: MOST_SYNCS, full: MOST_SYNCS })) {
    // Syncs are counted for each thread; of those that a driver has from Node there is one.
    const child = context.spawn("commitNumbered", args, { under: killingAtSync(n), env: only });
    const told = await follow(child, newest + 1);
    const { signal } = await child.ended;
    const storage = await context.open();
    const found = await inspectCommits(context, storage, told, `killed at sync ${n}`, false);
    newest = found.newest;
    await storage.close();
    if (signal === "SIGKILL") continue;
    await endOf(context, child);
    context.ok(n > 1, "a process that opens, commits and closes syncs something");
    context.figure(`${n - 1} processes were killed, each at another sync`);
    return;
  }
  context.ok(false, `a process comes to its end within ${MOST_SYNCS} syncs`);
}
