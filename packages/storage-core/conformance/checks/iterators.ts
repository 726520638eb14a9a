/** ITER: when an iteration begins, and how it ends. */
import type { Operations } from "../../src/operations.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { difference } from "../difference.ts";
import { numbered, type Pair } from "../pairs.ts";

/** Enough for three pages, whatever the size of a page is likely to be. */
const items: readonly Pair[] = numbered(600);

export const iteratorChecks: readonly Check[] = group("ITER", {
  "12 an iteration that is left open is in nobody's way": {
    clauses: ["iteration.release", "isolation.wait", "close.idempotent"],
    run: async (context) => {
      const storage = await context.create({ c: Object.fromEntries(items), d: { a: "1" } });
      const other = await context.open();
      const leftOpen = async (from: Operations): Promise<AsyncIterator<unknown>[]> => {
        const begun = [
          from.container("c").entries(),
          from.container("c").values({ reverse: true }),
          from.getContainerKeys("c"),
        ];
        for (const iterator of begun) await iterator.next();
        return [...begun, from.container("c").entries()];
      };
      const outside = await leftOpen(storage);
      const foreign = await leftOpen(other);
      await storage.begin();
      await leftOpen(storage);
      await other.setContainerItem("c", "k", "by another");
      await other.transaction((tx) => tx.setContainerItem("d", "b", "2"));
      await other.begin();
      await other.deleteContainer("c");
      await other.addContainer("c");
      await other.commit();
      await storage.rollback();
      await storage.setContainerItem("c", "own", "3");
      await storage.begin();
      await leftOpen(storage);
      await storage.setContainerItem("c", "own", "4");
      await storage.commit();
      context.equal(
        await context.contents(),
        { c: { own: "4" }, d: { a: "1", b: "2" } },
        "written",
      );
      await storage.close();
      context.equal(await context.contents(), { c: { own: "4" }, d: { a: "1", b: "2" } }, "closed");
      for (const iterator of outside) {
        await context.rejects(() => iterator.next(), "STORAGE_CLOSED", "next after close");
        const end = await iterator.return?.();
        context.equal(end?.done, true, "return after close");
      }
      const [rest] = foreign;
      let steps = 1;
      while (!(await rest?.next())?.done) steps++;
      context.equal(steps, items.length, "what another storage's iteration shows");
    },
  },

  "16 an iteration ends with its transaction": {
    clauses: ["transaction.finished", "iteration.release"],
    run: async (context) => {
      const storage = await context.create({ c: Object.fromEntries(items) });
      /** One that is within a page, one at its end, one that has not begun. */
      const three = async (tx: Operations): Promise<AsyncIterator<unknown>[]> => {
        const all = [
          tx.container("c").entries(),
          tx.container("c").keys(),
          tx.getContainerKeys("c"),
        ];
        await all[0]?.next();
        for (let i = 0; i < 256; i++) await all[1]?.next();
        return all;
      };
      const over = async (iterators: AsyncIterator<unknown>[], how: string): Promise<void> => {
        for (const [which, iterator] of iterators.entries()) {
          const call = `next of iterator ${which} after ${how}`;
          await context.rejects(() => iterator.next(), "TRANSACTION_STATE", call);
          context.equal((await iterator.return?.())?.done, true, `return of iterator ${which}`);
        }
      };
      const committed = await storage.begin();
      await storage.setContainerItem("c", "a", "1");
      const ofCommitted = await three(committed);
      await storage.commit();
      await over(ofCommitted, "commit");
      const ofRolledBack = await three(await storage.begin());
      await storage.rollback();
      await over(ofRolledBack, "rollback");
      await over(await storage.transaction((tx) => three(tx)), "transaction()");
      const failed: AsyncIterator<unknown>[] = [];
      const fails = storage.transaction(async (tx) => {
        failed.push(...(await three(tx)));
        throw new Error("rolled back");
      });
      await fails.catch(() => {});
      await over(failed, "transaction() that failed");
      // In a loop, the error comes out of it.
      const tx = await storage.begin();
      let steps = 0;
      const loop = async (): Promise<void> => {
        for await (const _ of tx.container("c").entries()) if (++steps === 3) await tx.commit();
      };
      await context.rejects(loop, "TRANSACTION_STATE", "a loop that commits");
      context.equal(steps, 3, "steps of a loop that commits");
      context.equal(await storage.getContainerLen("c"), items.length + 1, "what was committed");
    },
  },

  "17 calls of next may overlap": {
    clauses: ["calls.order", "iteration.complete"],
    run: async (context) => {
      const storage = await context.create({ c: Object.fromEntries(items) });
      const overlap = async (where: string): Promise<void> => {
        const iterator = storage.container("c").entries();
        const calls = Array.from({ length: items.length + 3 }, () => iterator.next());
        const steps = await Promise.all(calls);
        const values = steps.filter(({ done }) => !done).map(({ value }) => value);
        context.equal(difference(values, items), "none", `all calls at once ${where}`);
        const ends = steps.slice(-3).map(({ done }) => done);
        context.equal(ends, [true, true, true], `calls behind the end ${where}`);
        const left = storage.container("c").keys();
        const results = await Promise.all([left.next(), left.next(), left.return?.(), left.next()]);
        context.equal(
          results.map((step) => step?.value),
          ["k000000", "k000001", undefined, undefined],
          `return among calls of next ${where}`,
        );
      };
      await overlap("outside of transactions");
      await storage.begin();
      await overlap("in a transaction");
      await storage.commit();
    },
  },

  "19 it begins with the first next": {
    clauses: ["iteration.snapshot"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1", d: "4" } });
      const begins = async (id: string, where: string): Promise<void> => {
        const iterator = storage.container(id).entries();
        await storage.setContainerItem(id, "b", "2");
        const first = await iterator.next();
        await storage.setContainerItems(id, { c: "too late", d: "too late" });
        await storage.deleteContainerItem(id, "b");
        const seen = [first.value, ...(await collect(iterator))];
        context.equal(
          seen,
          [
            ["a", "1"],
            ["b", "2"],
            ["d", "4"],
          ],
          `what it shows ${where}`,
        );
      };
      await begins("c", "outside of transactions");
      await storage.addContainer("e");
      await storage.setContainerItems("e", { a: "1", d: "4" });
      await storage.begin();
      await begins("e", "in a transaction");
      // The call alone says what it shows, also where nobody waits for the answer before writing.
      const iterator = storage.container("e").keys();
      const pending = [iterator.next(), storage.setContainerItem("e", "z", "26"), iterator.next()];
      await Promise.all(pending);
      const rest = await collect(iterator);
      context.equal(rest, ["d"], "what is left of an iteration that began before a set");
      await storage.commit();
      const early = storage.container("later").entries();
      await storage.addContainer("later");
      await storage.setContainerItem("later", "a", "1");
      context.equal(await collect(early), [["a", "1"]], "made before its container was");
      const gone = storage.container("later").entries();
      await storage.deleteContainer("later");
      await context.rejects(() => gone.next(), "CONTAINER_NOT_FOUND", "begun after its deletion");
    },
  },

  "22 what has ended stays so": {
    clauses: ["iteration.complete", "iteration.release"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const end = { done: true, value: undefined };
      const iterator = storage.container("c").entries();
      await collect(iterator);
      await storage.setContainerItem("c", "b", "2");
      context.equal(await iterator.next(), end, "next after the end");
      context.equal(await collect(iterator), [], "a second loop over the same iterator");
      context.equal(await iterator.return?.(), end, "return after the end");
      const unused = storage.container("c").entries();
      context.equal(await unused.return?.(), end, "return before the first next");
      context.equal(await unused.next(), end, "next after that");
      const left = storage.container("c").values();
      for await (const _ of left) break;
      context.equal(await collect(left), [], "a second loop after a break");
      const twice = storage.container("c");
      context.equal(await collect(twice.keys()), ["a", "b"], "an iteration of its own");
      context.equal(await collect(twice.keys()), ["a", "b"], "another one");
    },
  },
});
