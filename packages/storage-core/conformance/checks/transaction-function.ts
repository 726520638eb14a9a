/** TXN: `transaction(fn)`: what its function is given, and what becomes of it. */
import type { Transaction } from "../../src/transaction.ts";
import { type Check, group } from "../check.ts";
import { contentsOf } from "../context.ts";

export const transactionFunctionChecks: readonly Check[] = group("TXN", {
  "13 transaction() commits and answers the result": {
    clauses: ["transaction.function", "transaction.commit"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const result = { any: "thing" };
      const answer = await storage.transaction(async (tx, attempt) => {
        context.equal(attempt, 1, "the number of the attempt");
        await tx.setContainerItem("c", "k", "2");
        await tx.addContainer("d");
        context.equal(await tx.getContainerItem("c", "k"), "2", "an own write");
        context.equal(await context.contents(), { c: { k: "1" } }, "for others, meanwhile");
        return result;
      });
      context.ok(answer === result, "it answers what its function resolved to");
      context.equal(await context.contents(), { c: { k: "2" }, d: {} }, "what was committed");
      context.equal(await storage.transaction(() => 7), 7, "a function that is not async");
      context.equal(await storage.transaction(() => undefined), undefined, "one without a result");
      context.equal(
        await storage.transaction(() => Promise.resolve("p")),
        "p",
        "one with a promise",
      );
      // Calls that the function did not wait for are part of it.
      await storage.transaction((tx) => {
        void tx.setContainerItem("c", "k", "3");
        void tx.deleteContainer("d");
      });
      context.equal(await context.contents(), { c: { k: "3" } }, "calls in flight at its end");
    },
  },

  "14 transaction() rolls back and rejects with the same": {
    clauses: ["transaction.function", "transaction.rollback"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const before = { c: { k: "1" } };
      for (const thrown of [new Error("mine"), new TypeError("mine"), "a text", undefined, null]) {
        for (const where of ["at once", "at first", "at last"]) {
          let rejected: { with: unknown } | undefined;
          const run = (tx: Transaction): Promise<void> => {
            if (where === "at once") throw thrown;
            return fails(tx, where);
          };
          const fails = async (tx: Transaction, when: string): Promise<void> => {
            if (when === "at first") throw thrown;
            await tx.setContainerItem("c", "k", "2");
            await tx.addContainer("d");
            await tx.deleteContainer("c");
            throw thrown;
          };
          try {
            await storage.transaction(run);
          } catch (reason) {
            rejected = { with: reason };
          }
          context.ok(rejected !== undefined, `it rejects where ${thrown} was thrown ${where}`);
          context.ok(rejected?.with === thrown, `with the same, where ${thrown} was thrown`);
        }
      }
      context.equal(await context.contents(), before, "what is there");
      // An error that was caught inside is nobody's.
      await storage.transaction(async (tx) => {
        await tx.setContainerItem("missing", "k", "v").catch(() => {});
        await tx.setContainerItem("c", "k", "3");
      });
      context.equal(await context.contents(), { c: { k: "3" } }, "after an error that was caught");
      await context.rejects(
        () => storage.transaction((tx) => tx.setContainerItem("missing", "k", "v")),
        "CONTAINER_NOT_FOUND",
        "an error of the storage",
      );
    },
  },

  "15 transaction() is apart from begin()": {
    clauses: ["transaction.function"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      await storage.begin();
      await storage.setContainerItem("c", "begun", "1");
      const seen = await storage.transaction(async (tx) => {
        const found = await contentsOf(tx);
        await tx.setContainerItem("c", "function", "2");
        return found;
      });
      context.equal(seen, { c: { k: "1" } }, "what it sees of a begun transaction: nothing");
      const own = { c: { begun: "1", k: "1" } };
      context.equal(
        await contentsOf(storage),
        own,
        "what the begun transaction sees of it: nothing",
      );
      await storage.rollback();
      context.equal(await context.contents(), { c: { function: "2", k: "1" } }, "after rollback");
      await storage.begin();
      await storage.transaction((tx) => tx.setContainerItem("c", "k", "2"));
      await storage.setContainerItem("c", "begun", "3");
      await context.rejects(() => storage.commit(), "TRANSACTION_CONFLICT", "commit beside it");
      // Begun and ended inside of a function, by the storage that runs it.
      await storage.transaction(async (tx) => {
        await storage.begin();
        context.equal(await storage.getContainerItem("c", "k"), "2", "begun inside of a function");
        await storage.rollback();
        await tx.setContainerItem("c", "k", "3");
      });
      context.equal(await storage.getContainerItem("c", "k"), "3", "at the end");
    },
  },

  "16 readonly refuses writes": {
    clauses: ["transaction.readonly"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const answer = await storage.transaction(
        async (tx) => {
          const writes: Readonly<Record<string, () => unknown>> = {
            addContainer: () => tx.addContainer("d"),
            deleteContainer: () => tx.deleteContainer("c"),
            clearContainer: () => tx.clearContainer("c"),
            clear: () => tx.clear(),
            setContainerItem: () => tx.setContainerItem("c", "k", "2"),
            setContainerItems: () => tx.setContainerItems("c", { k: "2" }),
            deleteContainerItem: () => tx.deleteContainerItem("c", "k"),
            deleteContainerItems: () => tx.deleteContainerItems("c", ["k"]),
            set: () => tx.container("c").set("k", "2"),
          };
          for (const [name, write] of Object.entries(writes)) {
            await context.rejects(write, "STORAGE_READONLY", name);
          }
          context.equal(await contentsOf(tx), { c: { k: "1" } }, "what it reads");
          return "read";
        },
        { readonly: true },
      );
      context.equal(answer, "read", "its result");
      context.equal(await context.contents(), { c: { k: "1" } }, "what is there");
      const thrown = new Error("mine");
      const failed = await storage
        .transaction(() => Promise.reject(thrown), { readonly: true })
        .catch((reason) => reason);
      context.ok(failed === thrown, "it rejects with what its function rejects with");
    },
  },

  "24 options and functions that make no sense are refused": {
    clauses: ["transaction.function", "errors.async"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const run = (): void => context.ok(false, "the function does not run");
      const wrong: Readonly<Record<string, unknown>> = {
        "a name that is none": { retry: 1 },
        "retries as text": { retries: "1" },
        "negative retries": { retries: -1 },
        "retries that are no number": { retries: Number.NaN },
        "a negative timeout": { timeout: -1 },
        "a timeout as text": { timeout: "1s" },
        "readonly as text": { readonly: "yes" },
        "a controller as signal": { signal: new AbortController() },
        null: null,
        "a number": 5,
      };
      for (const [what, options] of Object.entries(wrong)) {
        const call = (): unknown => storage.transaction(run, options as { retries: number });
        await context.rejects(call, "TypeError", what);
      }
      for (const none of [undefined, null, "run", {}]) {
        const call = (): unknown => storage.transaction(none as unknown as () => void);
        await context.rejects(call, "TypeError", `${none} is no function`);
      }
      await storage.transaction((tx) => tx.setContainerItem("c", "k", "1"), { retries: Infinity });
      context.equal(
        await context.contents(),
        { c: { k: "1" } },
        "with as many retries as it takes",
      );
    },
  },
});
