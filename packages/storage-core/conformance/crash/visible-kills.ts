/** A process is killed as soon as somebody else has seen what it commits: that must not go again. */
import { type Context, contentsOf } from "../context.ts";
import { letTurn } from "../event-loop.ts";
import { endOf } from "../other.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";
import { follow } from "./kills.ts";
import { BEFORE_ALL, commitNext, contentsAfter, newestNumber } from "./numbered-commits.ts";

/** It is killed after one of the first so many commits. */
const MOST_COMMITS = 4;

export async function killWhenSeen(context: Context, times: Times): Promise<void> {
  const random = new Random(context.seed);
  let storage = await context.create(BEFORE_ALL);
  let [kills, unacknowledged] = [0, 0];
  for (const kill of context.rounds(times)) {
    const before = await newestNumber(storage);
    const child = context.spawn("commitNumbered");
    const following = follow(child, before + 1);
    let over = false;
    const ended = following.then(() => {
      over = true;
    });
    const wanted = before + 1 + random.below(MOST_COMMITS);
    let seen = before;
    while (seen < wanted && !over) {
      await letTurn(1);
      seen = await newestNumber(storage);
    }
    child.kill();
    await ended;
    await endOf(context, child, "SIGKILL");
    const { committed } = await following;
    kills = kill;
    if (seen > committed) unacknowledged++;
    const were = `kill ${kill}: ${seen} was seen, ${committed} acknowledged`;
    const still = await newestNumber(storage);
    context.ok(still >= seen, `${were}, and then ${still} in the same storage`);
    await storage.close();
    storage = await context.open();
    const found = await newestNumber(storage);
    context.ok(found >= still, `${were}, and then ${found} when it was opened again`);
    context.equal(await contentsOf(storage), contentsAfter(found), were);
    await commitNext(storage);
  }
  context.figure(`${kills} kills, ${unacknowledged} of them before the commit was acknowledged`);
}
