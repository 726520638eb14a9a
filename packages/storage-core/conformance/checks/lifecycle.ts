/** LIFE: the life of a storage and of the transactions that it begins. */
import { type Check, group } from "../check.ts";
import { contentsOf } from "../context.ts";
import { closingChecks } from "./closing.ts";

const ownChecks = group("LIFE", {
  "01 begin twice is refused, and the first transaction goes on": {
    clauses: ["transaction.state"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const tx = await storage.begin();
      await storage.setContainerItem("c", "before", "2");
      await context.rejects(() => storage.begin(), "TRANSACTION_STATE", "a second begin()");
      await context.rejects(() => tx.begin(), "TRANSACTION_STATE", "begin() on the transaction");
      context.equal(await storage.getContainerItem("c", "before"), "2", "its own write");
      await storage.setContainerItem("c", "after", "3");
      context.equal(await context.contents(), { c: { a: "1" } }, "what is committed so far");
      await storage.commit();
      const all = { c: { a: "1", after: "3", before: "2" } };
      context.equal(await context.contents(), all, "what was committed");

      const first = storage.begin();
      await context.rejects(() => storage.begin(), "TRANSACTION_STATE", "while the first begins");
      await first;
      await storage.rollback();
    },
  },

  "02 commit without begin is refused": {
    clauses: ["transaction.state"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      await context.rejects(() => storage.commit(), "TRANSACTION_STATE", "commit without begin");
      const tx = await storage.begin();
      await storage.commit();
      await context.rejects(() => storage.commit(), "TRANSACTION_STATE", "a second commit");
      await context.rejects(() => tx.commit(), "TRANSACTION_STATE", "a third, on the transaction");
      await (await storage.begin()).rollback();
      await context.rejects(() => storage.commit(), "TRANSACTION_STATE", "commit after rollback");
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
    },
  },

  "03 rollback without begin is refused": {
    clauses: ["transaction.state"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const rollback = (): unknown => storage.rollback();
      await context.rejects(rollback, "TRANSACTION_STATE", "rollback without begin");
      const tx = await storage.begin();
      await storage.rollback();
      await context.rejects(rollback, "TRANSACTION_STATE", "a second rollback");
      await context.rejects(() => tx.rollback(), "TRANSACTION_STATE", "on the transaction");
      await (await storage.begin()).commit();
      await context.rejects(rollback, "TRANSACTION_STATE", "rollback after commit");
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
    },
  },

  "04 a write outside of a transaction is committed by itself": {
    clauses: ["autocommit.atomic", "transaction.state"],
    run: async (context) => {
      const storage = await context.create();
      const other = await context.open();
      const sees = async (contents: unknown, after: string): Promise<void> =>
        context.equal(
          await contentsOf(other),
          contents,
          `what another storage sees after ${after}`,
        );
      await storage.addContainer("c");
      await sees({ c: {} }, "addContainer");
      await storage.setContainerItem("c", "a", "1");
      await sees({ c: { a: "1" } }, "setContainerItem");
      await storage.setContainerItems("c", { b: "2", d: "4" });
      await sees({ c: { a: "1", b: "2", d: "4" } }, "setContainerItems");
      await storage.deleteContainerItem("c", "a");
      await sees({ c: { b: "2", d: "4" } }, "deleteContainerItem");
      await storage.deleteContainerItems("c", ["b"]);
      await sees({ c: { d: "4" } }, "deleteContainerItems");
      await storage.clearContainer("c");
      await sees({ c: {} }, "clearContainer");
      await context.rejects(() => storage.rollback(), "TRANSACTION_STATE", "there is no rollback");
      await storage.deleteContainer("c");
      await sees({}, "deleteContainer");
      await storage.addContainer("d");
      await storage.clear();
      await sees({}, "clear");
    },
  },

  "05 a read outside of a transaction sees what was committed last": {
    clauses: ["autocommit.atomic", "isolation.recency"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "0" } });
      const other = await context.open();
      for (let i = 1; i <= 3; i++) {
        await other.setContainerItems("c", { a: `${i}`, [`k${i}`]: "new" });
        context.equal(await storage.getContainerItem("c", "a"), `${i}`, "an item");
        context.equal(await storage.getContainerLen("c"), i + 1, "the length");
        context.equal(await contentsOf(storage), await contentsOf(other), "all of it");
      }
      await other.begin();
      await other.setContainerItem("c", "a", "uncommitted");
      context.equal(await storage.getContainerItem("c", "a"), "3", "beside an open transaction");
      await other.commit();
      context.equal(await storage.getContainerItem("c", "a"), "uncommitted", "after its commit");
    },
  },

  "06 after a commit a storage is as good as new": {
    clauses: ["transaction.finished", "transaction.commit"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const other = await context.open();
      for (let i = 0; i < 3; i++) {
        await storage.begin();
        context.equal(await storage.getContainerLen("c"), 3 * i, "what a new transaction sees");
        await storage.setContainerItem("c", `by begin ${i}`, "1");
        await storage.commit();
        await storage.setContainerItem("c", `by itself ${i}`, "2");
        await other.setContainerItem("c", `by another ${i}`, "3");
      }
      context.equal(await storage.getContainerLen("c"), 9, "what was committed");
    },
  },

  "07 after a rollback a storage is as good as new": {
    clauses: ["transaction.finished", "transaction.rollback"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      for (let i = 0; i < 3; i++) {
        await storage.begin();
        context.equal(await contentsOf(storage), { c: { a: "1" } }, "what a new transaction sees");
        await storage.setContainerItem("c", "rolled back", `${i}`);
        await storage.deleteContainerItem("c", "a");
        await storage.rollback();
        context.equal(await contentsOf(storage), { c: { a: "1" } }, "after the rollback");
      }
      await storage.begin();
      await storage.setContainerItem("c", "b", "2");
      await storage.commit();
      context.equal(await context.contents(), { c: { a: "1", b: "2" } }, "what was committed");
    },
  },

  "08 a transaction that writes nothing commits": {
    clauses: ["transaction.commit", "conflict.typed"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const other = await context.open();
      await storage.begin();
      await storage.commit();
      await storage.begin();
      context.equal(await storage.getContainerItem("c", "a"), "1", "a read");
      await other.setContainerItem("c", "a", "2");
      context.equal(await storage.getContainerItem("c", "a"), "1", "a read of the same snapshot");
      await storage.commit();
      context.equal(await storage.transaction(() => "nothing"), "nothing", "an empty function");
      context.equal(await context.contents(), { c: { a: "2" } }, "what is stored");
    },
  },
});

/** All of the group; what has to do with closing is in a file of its own. */
export const lifecycleChecks: readonly Check[] = [...ownChecks, ...closingChecks];
