/** ITER: what an iteration holds, and that it lets go. */
import type { Operations } from "../../src/operations.ts";
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import type { Context } from "../context.ts";
import { difference } from "../difference.ts";
import { turnsDuring } from "../event-loop.ts";
import { type Observed, observe } from "../observed.ts";
import { numbered, type Pair } from "../pairs.ts";

const MIB = 1 << 20;

/** More than any number of readers that an engine may be limited to; LMDB has 126 unless told otherwise. */
const MANY = 300;

/** Enough for three pages, whatever the size of a page is likely to be. */
const items: readonly Pair[] = numbered(600);

/** A container `c` with the items on the driver itself, then a storage on the driver under observation. */
async function observedWith(
  context: Context,
  content: readonly [string, string | Uint8Array][],
  run: (storage: Storage, observed: Observed) => Promise<void>,
): Promise<void> {
  const creator = await context.open({ create: "if-missing" });
  if (!(await creator.hasContainer("c"))) await creator.addContainer("c");
  await creator.setContainerItems("c", content);
  await creator.close();
  const observed = observe(context.target.storage.driver);
  const storage = await observed.storage.open(context.path);
  try {
    await run(storage, observed);
  } finally {
    await storage.close();
  }
}

/** Leaves loops early, again and again: each must let go at once, and no other iteration may notice. */
async function leavesNothing(
  context: Context,
  leave: (from: Operations) => Promise<void>,
): Promise<void> {
  const storage = await context.create({ c: Object.fromEntries(items) });
  const beside = storage.container("c").entries();
  const seen = [(await beside.next()).value as [string, string]];
  for (let i = 0; i < MANY; i++) await leave(storage);
  await storage.setContainerItem("c", "k", "written afterwards");
  await storage.begin();
  for (let i = 0; i < MANY; i++) await leave(storage);
  await storage.clearContainer("c");
  await storage.commit();
  seen.push(...(await collect(beside)));
  context.equal(difference(seen, items), "none", "an iteration beside them");
  context.equal(await context.contents(), { c: {} }, "what was written after the loops");
}

export const pageChecks: readonly Check[] = group("ITER", {
  "05 break lets go": {
    clauses: ["iteration.release"],
    run: (context) =>
      leavesNothing(context, async (from) => {
        let steps = 0;
        for await (const _ of from.container("c").entries()) if (++steps === 2) break;
        const iterator = from.getContainerKeys("c");
        await iterator.next();
        const end = await iterator.return?.();
        context.equal(
          [steps, end?.done],
          [2, true],
          "a loop that was left and an iterator's return",
        );
        const after = await iterator.next();
        context.equal(after, { done: true, value: undefined }, "next after return");
      }),
  },

  "06 throw lets go": {
    clauses: ["iteration.release"],
    run: (context) =>
      leavesNothing(context, async (from) => {
        const thrown = new Error("thrown in a loop");
        const loop = async (): Promise<void> => {
          for await (const _ of from.container("c").values()) throw thrown;
        };
        const error = await loop().catch((reason) => reason);
        context.ok(error === thrown, "the error of a loop comes out of it");
      }),
  },

  "11 a hundred thousand entries come page by page": {
    clauses: ["iteration.pages", "iteration.complete"],
    run: async (context) => {
      const many = numbered(100_000);
      await observedWith(context, many, async (storage, { pages }) => {
        const container = storage.container("c");
        const iterator = container.entries();
        context.equal(pages.length, 0, "pages before the first next");
        await iterator.next();
        context.equal(pages.length, 1, "pages after the first next");
        await iterator.return?.();
        await collect(container.keys({ limit: 10, reverse: true }));
        const read = pages.reduce((sum, page) => sum + page.items, 0);
        context.ok(read <= 2000, `little is read for little: ${read} entries`);
        pages.length = 0;
        const entries = await collect(container.entries());
        context.equal(difference(entries, many), "none", "all entries");
        const reversed = await collect(container.keys({ reverse: true }));
        const keys = many.map(([key]) => key).reverse();
        context.equal(difference(reversed, keys), "none", "all keys in reverse");
        for (const { range, items: found } of pages) {
          context.ok(range.limit <= 10_000, `no page is asked for more: ${range.limit}`);
          context.ok(found <= range.limit, `a page has no more than was asked for: ${found}`);
        }
      });
    },
  },

  "18 large values do not come a page at a time": {
    clauses: ["iteration.pages"],
    run: async (context) => {
      const large = 4 * MIB;
      const content = Array.from({ length: 12 }, (_, i): [string, Uint8Array] => [
        `k${10 + i}`,
        new Uint8Array(large).fill(97 + i),
      ]);
      await observedWith(context, content, async (storage, { pages }) => {
        for (const reverse of [false, true]) {
          const firsts: string[] = [];
          for await (const [key, value] of storage.container("c").entries({ reverse })) {
            const whole = value.length === large && value[0] === value.at(-1);
            firsts.push(`${key} ${whole ? value[0] : "damaged"}`);
          }
          const expected = content.map(
            ([key, value]) => `${key} ${String.fromCharCode(value[0] ?? 0)}`,
          );
          if (reverse) expected.reverse();
          context.equal(firsts, expected, `all of them${reverse ? " in reverse" : ""}`);
        }
        for (const { range, bytes } of pages) {
          context.ok(range.bytes <= 2 * large, `a page is asked for few bytes: ${range.bytes}`);
          const most = range.bytes + large;
          const asked = `of which ${range.bytes} bytes were asked for`;
          context.ok(bytes <= most, `a page ${asked} has at most one value more: ${bytes} bytes`);
        }
        context.ok(pages.length >= 12, `they came in several pages: ${pages.length}`);
      });
    },
  },

  "23 a long iteration lets the event loop turn": {
    clauses: ["loop.alive"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const many = 100_000;
      await storage.setContainerItems("c", numbered(many));
      const walk = async (): Promise<void> => {
        let count = 0;
        for await (const _ of storage.container("c").entries()) count++;
        context.equal(count, many, "entries");
      };
      const turns = await turnsDuring(walk);
      context.ok(turns >= 3, `the event loop turned during an iteration: ${turns} times`);
      await storage.begin();
      await storage.deleteContainerItems("c", storage.getContainerKeys("c", { gt: "k000000" }));
      const deleted = await turnsDuring(() => collect(storage.container("c").entries()));
      context.ok(deleted >= 3, `it turned while nothing was found: ${deleted} times`);
      await storage.rollback();
    },
  },

  "24 no snapshot is kept behind its end": {
    clauses: ["iteration.release"],
    run: async (context) => {
      const plain = await context.create({ c: Object.fromEntries(items) });
      for (let i = 0; i < MANY; i++) {
        await plain.begin();
        await plain.container("c").entries().next();
        await plain[i % 2 ? "commit" : "rollback"]();
        await plain.transaction((tx) => tx.container("c").values().next());
        const closing = await context.open();
        await closing.container("c").entries().next();
        await closing.close();
      }
      context.equal(await plain.getContainerLen("c"), items.length, "length after many of them");
      await plain.close();
      await observedWith(context, items, async (storage, observed) => {
        const none = (when: string): void => context.equal(observed.snapshots, 0, `open ${when}`);
        const container = storage.container("c");
        none("before anything");
        const iterator = container.entries();
        none("before the first next");
        await iterator.next();
        context.equal(observed.snapshots, 1, "open during an iteration");
        for await (const _ of iterator) if (_[0] === "k000300") break;
        none("after break");
        await collect(container.keys());
        none("after the end");
        const thrown = async (): Promise<void> => {
          for await (const _ of container.values()) throw new Error("thrown");
        };
        await thrown().catch(() => {});
        none("after throw");
        await container.keys().return?.();
        none("after a return without a next");
        await context.rejects(
          () => storage.container("missing").keys().next(),
          "CONTAINER_NOT_FOUND",
          "an iteration of what is missing",
        );
        none("after a failure");
        await storage.begin();
        await container.entries().next();
        await container.keys().next();
        await storage.commit();
        none("after commit");
        await storage.begin();
        await container.entries().next();
        await storage.rollback();
        none("after rollback");
        await storage.transaction((tx) => tx.container("c").entries().next());
        none("after transaction()");
        await container.entries().next();
        await container.keys().next();
        await storage.close();
        none("after close");
      });
    },
  },
});
