/** TXN: how a transaction ends, and that it ends once. */
import { type Check, group } from "../check.ts";
import { contentsOf } from "../context.ts";
import { letTurn, withGate } from "../event-loop.ts";
import { awaitedLater, failureOf, isTyped } from "../failure.ts";
import { observe } from "../observed.ts";

/** Two items, the second of which waits. */
async function* heldBack(until: Promise<void>): AsyncGenerator<[string, string]> {
  yield ["a", "1"];
  await until;
  yield ["b", "2"];
}

function* failingAtEnd<T>(entries: Iterable<T>, fails: () => boolean): Generator<T> {
  yield* entries;
  if (fails()) throw new Error("the engine fails here");
}

export const transactionEndChecks: readonly Check[] = group("TXN", {
  "07 commit waits for the calls in flight": {
    clauses: ["transaction.in-flight", "transaction.commit"],
    run: (context) =>
      withGate(async (given) => {
        const storage = await context.create({ c: { k: "0" } });
        await storage.begin();
        let committed = false;
        const calls = awaitedLater(
          Promise.all([
            storage.setContainerItems("c", heldBack(given.opened)),
            storage.setContainerItem("c", "k", "1"),
            storage.getContainerItem("c", "k"),
            storage.deleteContainerItem("c", "missing"),
            storage.commit().then(() => {
              committed = true;
            }),
          ]),
        );
        await letTurn();
        context.equal(committed, false, "whether it was committed before all was there");
        given.open();
        const answers = [undefined, undefined, "1", undefined, undefined];
        context.equal(await calls, answers, "what the calls came to");
        const expected = { c: { a: "1", b: "2", k: "1" } };
        context.equal(await context.contents(), expected, "what was committed");
      }),
  },

  "08 rollback waits for the calls in flight": {
    clauses: ["transaction.in-flight", "transaction.rollback"],
    run: (context) =>
      withGate(async (given) => {
        const storage = await context.create({ c: { k: "0" } });
        await storage.begin();
        let rolledBack = false;
        const calls = awaitedLater(
          Promise.all([
            storage.setContainerItems("c", heldBack(given.opened)),
            storage.getContainerItem("c", "k"),
            storage.rollback().then(() => {
              rolledBack = true;
            }),
          ]),
        );
        await letTurn();
        context.equal(rolledBack, false, "whether it was rolled back before all was there");
        given.open();
        context.equal(await calls, [undefined, "0", undefined], "what the calls came to");
        await storage.setContainerItem("c", "next", "1");
        context.equal(await context.contents(), { c: { k: "0", next: "1" } }, "what is there");
      }),
  },

  "09 what is over cannot be ended again": {
    clauses: ["transaction.state", "transaction.finished"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0" } });
      for (const end of ["commit", "rollback"] as const) {
        const tx = await storage.begin();
        await tx.setContainerItem("c", "k", end);
        await tx[end]();
        for (const again of ["commit", "rollback"] as const) {
          const what = `${again} after ${end}`;
          await context.rejects(() => storage[again](), "TRANSACTION_STATE", what);
          await context.rejects(() => tx[again](), "TRANSACTION_STATE", `${what} on its object`);
        }
        await context.rejects(() => tx.getContainerItem("c", "k"), "TRANSACTION_STATE", "a read");
        const late = (): Promise<void> => tx.setContainerItem("c", "k", "late");
        await context.rejects(late, "TRANSACTION_STATE", `a write after ${end}`);
        // Not awaited in between: the first call ends it.
        const twice = await storage.begin();
        await twice.setContainerItem("c", "twice", end);
        const first = awaitedLater(storage[end]());
        await context.rejects(() => storage.commit(), "TRANSACTION_STATE", `commit during ${end}`);
        await context.rejects(() => twice.rollback(), "TRANSACTION_STATE", "rollback during it");
        const during = (): Promise<void> => twice.setContainerItem("c", "k", "late");
        await context.rejects(during, "TRANSACTION_STATE", `a write during ${end}`);
        await first;
      }
      context.equal(await context.contents(), { c: { k: "commit", twice: "commit" } }, "contents");
    },
  },

  "11 a commit that fails changes nothing and ends the transaction": {
    clauses: ["conflict.typed", "transaction.finished", "conflict.reusable"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0", l: "0" } });
      const other = await context.open();
      const tx = await storage.begin();
      await storage.setContainerItem("c", "l", "lost");
      await storage.addContainer("lost");
      await other.setContainerItem("c", "k", "1");
      const error = await context.rejects(() => storage.commit(), "TRANSACTION_CONFLICT", "commit");
      context.equal((error as { retryable?: boolean }).retryable, true, "whether to try again");
      context.equal(await contentsOf(storage), { c: { k: "1", l: "0" } }, "after a conflict");
      await context.rejects(() => storage.rollback(), "TRANSACTION_STATE", "rollback after it");
      await context.rejects(() => tx.getContainerLen("c"), "TRANSACTION_STATE", "a read after it");
      await storage.begin();
      await storage.setContainerItem("c", "l", "2");
      await storage.commit();
      context.equal(await context.contents(), { c: { k: "1", l: "2" } }, "the next transaction");
    },
  },

  "12 a commit that fails half way changes nothing": {
    clauses: ["transaction.commit", "transaction.finished", "errors.typed"],
    run: async (context) => {
      const creator = await context.create({ a: { k: "0" }, b: { k: "0" }, gone: { k: "0" } });
      await creator.close();
      let failing = true;
      // The engine fails when it has come to the last of the entries.
      const broken = observe(context.target.storage.driver, (changes) =>
        changes.map((change) => {
          const fails = (): boolean => failing && change.container === "z";
          const entries = { [Symbol.iterator]: () => failingAtEnd(change.entries, fails) };
          return { ...change, entries };
        }),
      );
      const storage = await broken.storage.open(context.path);
      try {
        const tx = await storage.begin();
        await tx.setContainerItems("a", { k: "1", l: "1" });
        await tx.deleteContainerItem("b", "k");
        await tx.deleteContainer("gone");
        await tx.addContainer("z");
        await tx.setContainerItem("z", "k", "1");
        const error = await failureOf(tx.commit());
        context.ok(isTyped(error), `the commit fails with an error of the storage: ${error}`);
        const before = { a: { k: "0" }, b: { k: "0" }, gone: { k: "0" } };
        context.equal(await contentsOf(storage), before, "after it");
        await context.rejects(() => storage.commit(), "TRANSACTION_STATE", "a second commit");
        context.equal(broken.snapshots, 0, "snapshots that are still open");
        failing = false;
        await storage.begin();
        await storage.addContainer("z");
        await storage.setContainerItem("z", "k", "2");
        await storage.commit();
        context.equal(await contentsOf(storage), { ...before, z: { k: "2" } }, "the next one");
      } finally {
        await storage.close();
      }
      const after = { a: { k: "0" }, b: { k: "0" }, gone: { k: "0" }, z: { k: "2" } };
      context.equal(await context.contents(), after, "when opened again");
    },
  },
});
