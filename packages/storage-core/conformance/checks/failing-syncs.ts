/** FAULT: disks that do not take what was written. */
import { readFileSync } from "node:fs";
import { Book } from "../book.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { beginLedger, readLedger } from "../ledger.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";
import { failingSyncs, strace } from "../strace.ts";
import { type Subject, withSubject } from "../subject.ts";

const COMMITS = 40;
/** The largest entry, in characters for each of two containers. */
const MOST = 4000;
/** So often is tried to open a storage while syncs fail now and then. */
const TRIES = 10;
/**
 * One sync of so many fails, in one round after another. They are counted for each thread, of which libuv has four; and a commit that takes as many
 * would always fail.
 */
const EVERY = [7, 5, 9, 4, 8, 6];
const ROUNDS: Times = { quick: 1, full: 60 };

/** Opens the storage, by as many tries as it takes. */
async function openAtLast(context: Context, subject: Subject, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { thrown } = await subject.try("open", path, { create: "if-missing" });
    if (thrown === undefined) return;
    context.equal(thrown.refusal, "STORAGE_IO", `opening it: ${thrown.message}`);
    context.ok(tries < TRIES, `it can be opened in ${TRIES} tries`);
  }
}

/** Commits while one sync of so many fails; answers how many commits were refused, and how many syncs failed. */
async function commitAmidFailures(
  context: Context,
  path: string,
  every: number,
  random: Random,
): Promise<{ refused: number; failed: number; there: readonly number[] }> {
  const log = `${path}.syncs`;
  const steps = async (subject: Subject): Promise<Book> => {
    const book = new Book(context, subject);
    await openAtLast(context, subject, path);
    if (context.facts.location === "name") await subject.do("beginLedger");
    while (book.newest < COMMITS) {
      const isMade = await book.enter(random.below(MOST));
      await book.check("after a commit");
      if (isMade) continue;
      // At once, where a commit may be taken by an engine that should take none any more.
      await book.enter(random.below(MOST));
      await book.check("after a commit that came after a failure");
      await subject.try("close");
      await openAtLast(context, subject, path);
      await book.checkOpened("when it was opened again");
    }
    await subject.try("close");
    return book;
  };
  const { refused, there } = await withSubject(context, steps, failingSyncs(every, log));
  const failed = readFileSync(log, "utf8").split("(INJECTED)").length - 1;
  return { refused, failed, there };
}

export const failingSyncChecks: readonly Check[] = group("FAULT", {
  "06 a commit that cannot be synced fails, and all that is acknowledged before and after it is kept":
    {
      clauses: ["faults.commit", "faults.kept"],
      needs: [strace],
      run: async (context) => {
        const { durability, location } = context.facts;
        const syncs = durability.includes("power-loss");
        if (!syncs) {
          context.leaveOut("a sync that fails: facts.durability is without power-loss");
        }
        const random = new Random(context.seed);
        let all = { syncs: 0, commits: 0 };
        for (const round of context.rounds(ROUNDS)) {
          const path = context.place(`storage-${round}`);
          const every = EVERY[(round - 1) % EVERY.length] as number;
          if (location === "path") {
            const storage = await context.create({}, path);
            await beginLedger(storage);
            await storage.close();
          }
          const { refused, failed, there } = await commitAmidFailures(context, path, every, random);
          all = { syncs: all.syncs + failed, commits: all.commits + refused };
          if (syncs) context.ok(refused > 0, `commits fail whose syncs do: ${failed} syncs failed`);
          if (failed === 0) context.equal(refused, 0, "the commits that failed, where no sync did");
          if (location === "name" || durability.length === 0) continue;
          const storage = await context.open({}, path);
          const { numbers } = await readLedger(storage);
          context.equal(numbers, there, "what is there in the end");
          await storage.close();
        }
        context.figure(`${all.syncs} syncs failed, and ${all.commits} commits`);
      },
    },
});
