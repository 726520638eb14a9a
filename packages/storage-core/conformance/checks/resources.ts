/** RES: what storages need of the system, and whether they give it back. */
import { statSync } from "node:fs";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { storedFilesOf } from "../files.ts";
import type { Times } from "../profile.ts";
import { type Subject, withSubject } from "../subject.ts";
import { type InUse, toldHandles } from "../usage.ts";

/** How often storages are opened and closed between two looks at what is open, and how many looks there are. */
const OPENINGS = 5;
const OPENING_LOOKS: Times = { quick: 2, full: 500 };
/** How many threads end with storages open. */
const THREADS = 2;

/** How many rounds of transactions lie between two looks at the memory, and how many looks there are. The first ones see it being filled. */
const TRANSACTIONS = 25;
const MEMORY_LOOKS: Times = { quick: 8, full: 160 };
const FIRST_LOOKS = 2;
/** So much more may be in use in the second half than in the first, in bytes; caches take some time to be full. */
const MORE_HEAP = 1 << 20;
const MORE_MEMORY = 32 << 20;

/** How many commits of a MiB, of the same items, are made before the files are weighed again. */
const REPLACEMENTS = 16;

export const resourceChecks: readonly Check[] = group("RES", {
  "01 storages that are opened and closed leave no handle and no thread behind": {
    clauses: ["resources.released", "open.release"],
    needs: [toldHandles],
    run: (context) =>
      withSubject(context, async (subject) => {
        await subject.do("comeAndGo", context.path, OPENINGS);
        const before = await subject.do("handlesAndThreads");
        for (const look of context.rounds(OPENING_LOOKS)) {
          await subject.do("comeAndGo", context.path, OPENINGS);
          const after = await subject.do("handlesAndThreads");
          notMore(context, after, before, `${look * OPENINGS} more times`);
        }
        // Node keeps some things of its first thread.
        await subject.do("leaveOpenInThread", context.place("first"));
        const withThreads = await subject.do("handlesAndThreads");
        for (let i = 0; i < THREADS; i++) {
          await subject.do("leaveOpenInThread", context.place(`thread-${i}`));
        }
        const after = await subject.do("handlesAndThreads");
        notMore(context, after, withThreads, "threads that left storages open");
        const held = await subject.do("heldIn", context.folder);
        context.equal(held, [], "files of storages that are open, or in memory");
      }),
  },

  "02 transactions leave no memory behind": {
    clauses: ["resources.released"],
    run: (context) =>
      withSubject(context, async (subject) => {
        // Where it is not of use, nothing is synced.
        await subject.do("open", context.path, { create: true, durability: "process-crash" });
        const heap: number[] = [];
        const all: number[] = [];
        for (const _ of context.rounds(MEMORY_LOOKS)) {
          await subject.do("transact", TRANSACTIONS);
          const used = await subject.do("memory");
          heap.push(used.heap);
          all.push(used.process);
        }
        await subject.do("close");
        const [moreHeap, more] = [growthOf(heap), growthOf(all)];
        const rounds = ((heap.length - FIRST_LOOKS) / 2) * TRANSACTIONS;
        const later = `${rounds} rounds of transactions later ${kib(moreHeap)} more of the heap and ${kib(more)} more of memory are in use`;
        context.figure(later);
        context.ok(moreHeap < MORE_HEAP && more < MORE_MEMORY, later);
      }),
  },

  "03 when a long transaction has ended, its room is used again": {
    level: "should",
    clauses: ["resources.space"],
    run: async (context) => {
      if (context.facts.files.length === 0) context.leaveOut("files: facts.files is empty");
      const weigh = async (subject: Subject): Promise<number> => {
        await subject.do("replace", REPLACEMENTS);
        return sizeOf(context);
      };
      await withSubject(context, async (subject) => {
        await subject.do("open", context.path, { create: true, durability: "process-crash" });
        await subject.do("replace", 1);
        await subject.do("hold", context.path);
        const held = await weigh(subject);
        await subject.do("release");
        const sizes = [await weigh(subject), await weigh(subject), await weigh(subject)];
        await subject.do("close");
        const [first, ...later] = sizes as [number, ...number[]];
        const shown = `${mib(held)} beside a transaction, and after it ${sizes.map(mib).join(", ")}`;
        context.figure(shown);
        // Engines tidy up now and then: files that are as small as they have been do not grow.
        const grown = Math.min(...later) - Math.max(held, first);
        const most = 0.75 * (REPLACEMENTS << 20);
        context.ok(grown < most, `files that grow with all that is written: ${shown}`);
      });
    },
  },
});

/** Fewer are no fault: what Node and engines have begun for themselves may end at any moment. */
function notMore(context: Context, after: InUse, before: InUse, what: string): void {
  const told = `after ${what}: before ${JSON.stringify(before)}, now ${JSON.stringify(after)}`;
  context.ok(after.handles <= before.handles && after.threads <= before.threads, told);
}

/** How much larger the median of the second half is than that of the first. */
function growthOf(looks: readonly number[]): number {
  const values = looks.slice(FIRST_LOOKS);
  const half = Math.floor(values.length / 2);
  return median(values.slice(half)) - median(values.slice(0, half));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function sizeOf({ facts, path }: Context): number {
  // Engines remove files at any moment.
  const sizes = storedFilesOf(facts.files, path).map(
    (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function mib(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
