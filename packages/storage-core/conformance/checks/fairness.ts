/** ISO 31: a loop of reads does not starve a commit, nor a loop of commits a read. */
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { unblocked } from "../waiting.ts";

export const fairnessChecks: readonly Check[] = group("ISO", {
  "31 a busy reader and a busy writer both get on": {
    clauses: ["isolation.wait", "loop.alive"],
    run: async (context) => {
      for (const busyFirst of [true, false]) {
        await commitBesideReads(context, busyFirst);
        await readBesideCommits(context, busyFirst);
      }
    },
  },
});

/** Does something again and again until the task is over, beginning before it or after it. */
async function beside<T>(
  busy: () => Promise<unknown>,
  task: () => Promise<T>,
  busyFirst: boolean,
): Promise<T> {
  let over = false;
  const keepBusy = async (): Promise<void> => {
    while (!over) await busy();
  };
  const early = busyFirst ? keepBusy() : undefined;
  const result = task();
  const late = busyFirst ? undefined : keepBusy();
  try {
    return await unblocked(result, "a task beside a busy neighbour");
  } finally {
    over = true;
    await (early ?? late);
  }
}

async function commitBesideReads(context: Context, busyFirst: boolean): Promise<void> {
  const path = context.place(`commit, ${busyFirst}`);
  const writer = await context.create({ c: { 1: "10" } }, path);
  const reader = await context.open({}, path);
  const tx = await writer.begin();
  await tx.setContainerItems(
    "c",
    Array.from({ length: 1000 }, (_, i) => [`key ${i}`, "value"]),
  );
  // How long it takes is up to the disk; one that waits for the reads never comes to an end.
  await beside(
    () => reader.getContainerItem("c", "1"),
    () => tx.commit(),
    busyFirst,
  );
  const what = `the items, after a commit begun ${busyFirst ? "after" : "before"} a loop of reads`;
  context.equal(await reader.getContainerLen("c"), 1001, what);
}

/** How many commits may be made beside a hundred reads. */
const MOST_COMMITS = 5000;

async function readBesideCommits(context: Context, busyFirst: boolean): Promise<void> {
  const path = context.place(`reads, ${busyFirst}`);
  const writer = await context.create({ c: { 1: "0" } }, path);
  const reader = await context.open({}, path);
  let commits = 0;
  await beside(
    () => writer.setContainerItem("c", "1", commits++),
    async () => {
      for (let i = 0; i < 100 && commits < MOST_COMMITS; i++) {
        await reader.getContainerItem("c", "1");
      }
    },
    busyFirst,
  );
  const what = `a hundred reads, begun ${busyFirst ? "after" : "before"} a loop of commits`;
  context.ok(commits < MOST_COMMITS, `${what}, take ${commits} commits`);
}
