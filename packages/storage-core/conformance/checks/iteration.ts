/** ITER: that an iteration shows everything once, as it was at its beginning. */
import type { Operations } from "../../src/operations.ts";
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import type { Context } from "../context.ts";
import { difference } from "../difference.ts";
import { numbered, type Pair } from "../pairs.ts";
import { iteratorChecks } from "./iterators.ts";
import { pageChecks } from "./pages.ts";
import { rangeChecks } from "./ranges.ts";

type Entries = Pair[];

/** Enough for three pages, whatever the size of a page is likely to be. */
const SEVERAL_PAGES = 600;
/** At each so manieth step of a loop something is written. */
const EVERY = 10;

/** Looks at a container in all ways and in both directions. */
async function shows(
  context: Context,
  from: Operations,
  id: string,
  expected: Entries,
  where: string,
): Promise<void> {
  const container = from.container(id);
  for (const reverse of [false, true]) {
    const entries = reverse ? [...expected].reverse() : expected;
    const keys = entries.map(([key]) => key);
    const values = entries.map(([, value]) => value);
    const found = {
      entries: difference(await collect(container.entries({ reverse })), entries),
      keys: difference(await collect(container.keys({ reverse })), keys),
      getContainerKeys: difference(await collect(from.getContainerKeys(id, { reverse })), keys),
      values: difference(await collect(container.values({ reverse })), values),
      list: difference(await container.list({ reverse }), entries),
    };
    for (const [what, wrong] of Object.entries(found)) {
      context.equal(wrong, "none", `${what}${reverse ? " in reverse" : ""} ${where}`);
    }
  }
}

interface Loop {
  readonly storage: Storage;
  /** Another one on the same path. */
  readonly other: Storage;
  readonly id: string;
  /** The key that the loop is at, and how many came before it. */
  readonly key: string;
  readonly step: number;
}

/** Iterates outside of transactions and in one, in both directions, while the loop writes; nothing of that must show. */
async function unmoved(context: Context, write: (loop: Loop) => Promise<void>): Promise<void> {
  const items = numbered(SEVERAL_PAGES);
  const storage = await context.create();
  const other = await context.open();
  for (const where of ["outside of transactions", "in a transaction"]) {
    for (const reverse of [false, true]) {
      const id = `c ${where} ${reverse}`;
      await storage.addContainer(id);
      await storage.setContainerItems(id, items);
      if (where === "in a transaction") await storage.begin();
      const seen: Entries = [];
      for await (const entry of storage.container(id).entries({ reverse })) {
        const step = seen.length;
        if (step % EVERY === 0) await write({ storage, other, id, key: entry[0], step });
        seen.push(entry);
        if (seen.length > 2 * items.length) break;
      }
      const expected = reverse ? [...items].reverse() : items;
      context.equal(difference(seen, expected), "none", `what the loop saw ${where}`);
      // In the meantime somebody else may have committed.
      if (where === "in a transaction") await storage.rollback();
    }
  }
}

const ownChecks = group("ITER", {
  "01 everything comes once": {
    clauses: ["iteration.complete", "iteration.order", "iteration.list"],
    run: async (context) => {
      const storage = await context.create();
      // Around the sizes that pages are likely to have.
      for (const count of [0, 1, 2, 99, 100, 101, 255, 256, 257, 511, 512, 513, 1000, 1001, 1025]) {
        const id = `with ${count}`;
        await storage.addContainer(id);
        await storage.setContainerItems(id, numbered(count).reverse());
        await shows(context, storage, id, numbered(count), `of ${count}`);
        await storage.begin();
        await shows(context, storage, id, numbered(count), `of ${count}, in a transaction`);
        await storage.commit();
      }
    },
  },

  "02 a transaction's own writes are in it": {
    clauses: ["transaction.own", "iteration.complete"],
    run: async (context) => {
      const all = numbered(SEVERAL_PAGES);
      const storage = await context.create({
        c: Object.fromEntries(all.filter((_, i) => i % 3 === 0)),
        cleared: { old: "1" },
      });
      await storage.begin();
      await storage.setContainerItems(
        "c",
        all.filter((_, i) => i % 3 === 1),
      );
      await shows(
        context,
        storage,
        "c",
        all.filter((_, i) => i % 3 !== 2),
        "with new items",
      );
      for (const [key, value] of all.filter((_, i) => i % 3 === 2)) {
        await storage.setContainerItem("c", key, value);
      }
      await shows(context, storage, "c", all, "with more");
      const changed = all.map(([key, value], i): [string, string] => [key, i % 2 ? value : "own"]);
      await storage.setContainerItems("c", changed);
      await shows(context, storage, "c", changed, "with values replaced");
      await storage.clearContainer("cleared");
      await storage.setContainerItems("cleared", all);
      await shows(context, storage, "cleared", all, "of a container that was cleared");
      await storage.addContainer("new");
      await storage.setContainerItems("new", all);
      await shows(context, storage, "new", all, "of a new container");
      await storage.commit();
      await shows(context, storage, "c", changed, "after commit");
      await shows(context, storage, "new", all, "of the new container after commit");
    },
  },

  "03 a transaction's own deletes are not in it": {
    clauses: ["transaction.own", "iteration.complete"],
    run: async (context) => {
      const all = numbered(2000);
      const storage = await context.create({ c: Object.fromEntries(all) });
      const rest = (from: number, to: number): Entries => [...all.slice(0, from), ...all.slice(to)];
      await storage.begin();
      await storage.deleteContainerItem("c", "k000001");
      await shows(context, storage, "c", rest(1, 2), "without one");
      // So many in a row that whole pages have nothing to show.
      await storage.deleteContainerItems(
        "c",
        all.slice(0, 1990).map(([key]) => key),
      );
      await shows(context, storage, "c", rest(0, 1990), "without the first 1,990");
      const [first] = await collect(storage.container("c").keys({ limit: 1 }));
      context.equal(first, "k001990", "the first of those that are left");
      await storage.setContainerItems("c", all);
      await storage.deleteContainerItems(
        "c",
        all.slice(10).map(([key]) => key),
      );
      await shows(context, storage, "c", rest(10, 2000), "without all but the first ten");
      const [last] = await collect(storage.container("c").keys({ limit: 1, reverse: true }));
      context.equal(last, "k000009", "the last of those that are left");
      await storage.deleteContainerItems(
        "c",
        all.map(([key]) => key),
      );
      await shows(context, storage, "c", [], "without any");
      await storage.setContainerItem("c", "k001000", "1000");
      await storage.setContainerItem("c", "missing", "x");
      await storage.deleteContainerItem("c", "missing");
      await shows(context, storage, "c", all.slice(1000, 1001), "with one that was set again");
      await storage.commit();
      await shows(context, storage, "c", all.slice(1000, 1001), "after commit");
    },
  },

  "04 a loop does not see what it writes": {
    clauses: ["iteration.snapshot"],
    run: async (context) => {
      await unmoved(context, async ({ storage, id, key, step }) => {
        await Promise.all([
          storage.deleteContainerItem(id, key),
          // Ahead of the loop, in either direction.
          storage.setContainerItem(id, `${key}+`, "ahead"),
          storage.setContainerItem(id, `a${SEVERAL_PAGES - step}`, "ahead in reverse"),
          storage.setContainerItem(id, "k000300", "changed"),
        ]);
        if (step === 100) await storage.clearContainer(id);
        if (step !== 400) return;
        await storage.deleteContainer(id);
        await storage.addContainer(id);
      });
    },
  },

  "07 iterations do not disturb each other": {
    clauses: ["iteration.complete"],
    run: async (context) => {
      const items = numbered(SEVERAL_PAGES);
      const storage = await context.create({ c: Object.fromEntries(items), d: { a: "1", b: "2" } });
      const inTurns = async (where: string): Promise<void> => {
        const reversed = [...items].reverse();
        const walks = [
          { iterator: storage.container("c").entries(), expected: items },
          { iterator: storage.container("c").entries(), expected: items },
          { iterator: storage.container("c").entries({ reverse: true }), expected: reversed },
          {
            iterator: storage.container("c").entries({ gt: "k000400" }),
            expected: items.slice(401),
          },
          {
            iterator: storage.container("d").entries(),
            expected: [
              ["a", "1"],
              ["b", "2"],
            ],
          },
        ].map((walk) => ({ ...walk, seen: [] as Entries }));
        // The second begins when the first is a page ahead.
        for (let i = 0; i < SEVERAL_PAGES + 300; i++) {
          for (const [which, { iterator, seen }] of walks.entries()) {
            if (which === 1 && i < 280) continue;
            const step = await iterator.next();
            if (!step.done) seen.push(step.value);
          }
        }
        for (const [which, { seen, expected }] of walks.entries()) {
          context.equal(difference(seen, expected), "none", `iteration ${which} ${where}`);
        }
      };
      await inTurns("outside of transactions");
      await storage.begin();
      await inTurns("in a transaction");
      await storage.commit();
    },
  },

  "08 in a transaction nobody's commit shows": {
    clauses: ["iteration.snapshot", "isolation.begin"],
    run: async (context) => {
      const items = numbered(SEVERAL_PAGES);
      const storage = await context.create({ c: Object.fromEntries(items) });
      const other = await context.open();
      await storage.begin();
      await other.setContainerItem("c", "k", "before the first next");
      const iterator = storage.container("c").entries();
      const seen: Entries = [(await iterator.next()).value as [string, string]];
      await other.deleteContainerItems("c", ["k000001", "k000300", "k000599"]);
      await other.setContainerItems("c", { "k000002+": "new", k000400: "changed", z: "new" });
      for (let i = 1; i < 400; i++) seen.push((await iterator.next()).value as [string, string]);
      await other.deleteContainer("c");
      for await (const entry of iterator) seen.push(entry);
      context.equal(difference(seen, items), "none", "what the loop saw");
      await shows(context, storage, "c", items, "again, in the same transaction");
      await storage.rollback();
      context.equal(await storage.listContainers(), [], "after rollback");
    },
  },

  "09 outside of transactions nobody's commit shows": {
    clauses: ["iteration.snapshot"],
    run: async (context) => {
      await unmoved(context, async ({ other, id, key, step }) => {
        await Promise.all([
          other.deleteContainerItem(id, key),
          other.setContainerItem(id, `${key}+`, "ahead"),
          other.setContainerItem(id, "k000300", "changed"),
        ]);
        if (step !== 500) return;
        await other.deleteContainer(id);
        await other.addContainer(id);
      });
    },
  },
});

/** All of the group; the others are in files of their own, by theme. */
export const iterationChecks: readonly Check[] = [
  ...ownChecks,
  ...iteratorChecks,
  ...pageChecks,
  ...rangeChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
