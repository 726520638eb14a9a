/** TXN: when the function of `transaction(fn)` runs again. */
import type { Transaction } from "../../src/transaction.ts";
import { type Check, group } from "../check.ts";
import { commitByHand } from "../commit-by-hand.ts";

export const retryChecks: readonly Check[] = group("TXN", {
  "22 it runs again where somebody has committed": {
    clauses: ["transaction.retry"],
    run: async (context) => {
      const storage = await context.create({ c: { hand: "0" } });
      const other = await context.open();
      const seen: [attempt: number, hand: string | undefined, own: boolean][] = [];
      const answer = await storage.transaction(async (tx, attempt) => {
        const hand = await tx.getContainerItem("c", "hand");
        seen.push([attempt, hand, await tx.hasContainerItem("c", "own")]);
        await tx.setContainerItem("c", "own", `${attempt}`);
        await tx.setContainerItem("c", `of attempt ${attempt}`, "1");
        if (attempt < 4) await commitByHand(other, `${attempt}`);
        context.equal(await tx.getContainerItem("c", "hand"), hand, "its snapshot, after a commit");
        return `result ${attempt}`;
      });
      const expected = [
        [1, "0", false],
        [2, "1", false],
        [3, "2", false],
        [4, "3", false],
      ];
      context.equal(seen, expected, "each attempt, and what it saw");
      context.equal(answer, "result 4", "its result");
      const written = { c: { hand: "3", "of attempt 4": "1", own: "4" } };
      context.equal(await context.contents(), written, "what is there");
      // One that has only read has nothing to run again for.
      let runs = 0;
      await storage.transaction(async (tx) => {
        runs++;
        await tx.getContainerItem("c", "hand");
        await commitByHand(other, "read");
      });
      context.equal(runs, 1, "how often a function ran that wrote nothing");
    },
  },

  "23 it runs again no more often than told": {
    clauses: ["transaction.retry", "conflict.typed"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const other = await context.open();
      for (const retries of [0, 1, 5]) {
        const attempts: number[] = [];
        const run = async (tx: Transaction, attempt: number): Promise<void> => {
          attempts.push(attempt);
          await tx.setContainerItem("c", "own", "never");
          await commitByHand(other, `${retries} ${attempt}`);
        };
        const error = await context.rejects(
          () => storage.transaction(run, { retries }),
          "TRANSACTION_CONFLICT",
          `with ${retries} retries`,
        );
        context.equal((error as { retryable?: boolean }).retryable, true, "whether to try again");
        const expected = Array.from({ length: retries + 1 }, (_, i) => i + 1);
        context.equal(attempts, expected, `attempts with ${retries} retries`);
        context.equal(
          await context.contents(),
          { c: { hand: `${retries} ${retries + 1}` } },
          "there",
        );
      }
      await storage.transaction((tx) => tx.setContainerItem("c", "own", "1"));
      context.equal(await storage.getContainerItem("c", "own"), "1", "the next one");
      // What the function itself throws is no conflict of its transaction.
      await other.begin();
      await other.setContainerItem("c", "own", "2");
      await storage.setContainerItem("c", "own", "3");
      let runs = 0;
      const foreign = storage.transaction(async () => {
        runs++;
        await other.commit();
      });
      await context.rejects(() => foreign, "TRANSACTION_CONFLICT", "another's conflict");
      context.equal(runs, 1, "how often a function ran that threw a conflict of another's");
    },
  },
});
