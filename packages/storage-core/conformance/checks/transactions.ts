/** TXN: what a transaction does with its writes. */
import type { Operations } from "../../src/operations.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { contentsOf } from "../context.ts";
import { letTurn } from "../event-loop.ts";
import { awaitedLater } from "../failure.ts";
import { callChecks } from "./calls.ts";
import { insideTransactionChecks } from "./inside-transactions.ts";
import { randomCallChecks } from "./random-calls.ts";
import { retryChecks } from "./retries.ts";
import { transactionEndChecks } from "./transaction-ends.ts";
import { transactionFunctionChecks } from "./transaction-function.ts";
import { turnChecks } from "./turns.ts";

const ownChecks = group("TXN", {
  "01 rollback drops everything": {
    clauses: ["transaction.rollback"],
    run: async (context) => {
      const storage = await context.create({ c: { kept: "1", deleted: "2" } });
      await storage.begin();
      await storage.setContainerItem("c", "set", "3");
      await storage.deleteContainerItem("c", "deleted");
      await storage.addContainer("added");
      await storage.rollback();
      context.equal(await context.contents(), { c: { kept: "1", deleted: "2" } }, "after rollback");
    },
  },

  "02 the next transaction begins with nothing": {
    clauses: ["transaction.rollback", "transaction.finished"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0" } });
      for (const end of ["rollback", "commit"] as const) {
        await storage.begin();
        await storage.setContainerItem("c", "k", `before ${end}`);
        await storage.setContainerItem("c", `new before ${end}`, "1");
        await storage.deleteContainerItem("c", "missing");
        await storage[end]();
        const before = await context.contents();
        await storage.begin();
        context.equal(await contentsOf(storage), before, `what the next one sees after ${end}`);
        await storage.setContainerItem("c", "next", end);
        await storage.commit();
        const after = { ...before["c"], next: end };
        context.equal(await context.contents(), { c: after }, `what the next one writes`);
      }
      await storage.begin();
      await storage.setContainerItem("c", "k", "dropped");
      await storage.rollback();
      await storage.setContainerItem("c", "alone", "1");
      const contents = await context.contents();
      context.equal(contents["c"]?.["k"], "before commit", "what a later call by itself writes");
    },
  },

  "03 every operation is part of it": {
    clauses: ["transaction.own", "transaction.commit", "transaction.rollback"],
    run: async (context) => {
      const first = {
        cleared: { a: "1" },
        deleted: { a: "1" },
        items: { changed: "1", deleted: "2", kept: "3", many1: "4", many2: "5" },
      };
      const storage = await context.create(first);
      const change = async (on: Operations): Promise<void> => {
        await on.clearContainer("cleared");
        await on.deleteContainer("deleted");
        await on.addContainer("added");
        await on.setContainerItem("added", "a", "6");
        await on.setContainerItem("items", "changed", "7");
        await on.setContainerItems("items", { set1: "8", set2: "9" });
        await on.deleteContainerItem("items", "deleted");
        await on.deleteContainerItems("items", ["many1", "many2"]);
        const short = on.container("items");
        await short.set("short", "10");
        await short.setMany([["short1", "11"]]);
        await short.delete("short1");
        await short.deleteMany(["none"]);
        await on.container("cleared").clear();
      };
      const changed = {
        added: { a: "6" },
        cleared: {},
        items: { changed: "7", kept: "3", set1: "8", set2: "9", short: "10" },
      };
      const look = async (on: Operations, where: string): Promise<void> => {
        context.equal(await contentsOf(on), changed, `contents ${where}`);
        const gone = ["deleted", "kept", "many1", "short"];
        const pairs = [
          ["deleted", undefined],
          ["kept", "3"],
          ["many1", undefined],
          ["short", "10"],
        ];
        context.equal(await on.getContainerItems("items", gone), pairs, `many ${where}`);
        context.equal(await on.getContainerLen("items"), 5, `length ${where}`);
        context.equal(await on.hasContainer("deleted"), false, `a deleted container ${where}`);
        context.equal(await on.hasContainer("added"), true, `an added one ${where}`);
        context.equal(await on.hasContainerItem("items", "set2"), true, `has ${where}`);
        const keys = await collect(on.getContainerKeys("items", { prefix: "s" }));
        context.equal(keys, ["set1", "set2", "short"], `keys ${where}`);
      };
      await storage.begin();
      await change(storage);
      await look(storage, "in the transaction");
      context.equal(await context.contents(), first, "for others, meanwhile");
      await storage.rollback();
      context.equal(await contentsOf(storage), first, "after rollback");
      const tx = await storage.begin();
      await change(tx);
      await look(tx, "in the transaction's object");
      await tx.commit();
      await look(storage, "after commit");
      await storage.begin();
      await storage.clear();
      context.equal(await storage.listContainers(), [], "after clear, in a transaction");
      await storage.rollback();
      await look(await context.open(), "for another storage");
    },
  },

  "04 a commit is one step over all containers": {
    clauses: ["transaction.commit", "isolation.atomic"],
    run: async (context) => {
      const ids = Array.from({ length: 20 }, (_, i) => `c${i}`);
      const storage = await context.create(Object.fromEntries(ids.map((id) => [id, { k: "0" }])));
      const other = await context.open();
      const filling = Array.from({ length: 200 }, (_, i): [string, string] => [`fill ${i}`, "x"]);
      for (let round = 1; round <= 5; round++) {
        await storage.begin();
        for (const id of ids) {
          await storage.setContainerItem(id, "k", `${round}`);
          await storage.setContainerItems(
            id,
            filling.map(([key]) => [key, `${round}`]),
          );
        }
        let committed = false;
        const commit = awaitedLater(
          storage.commit().then(() => {
            committed = true;
          }),
        );
        // Others look while it is applied: they see all of it, or nothing of it.
        while (!committed) {
          await other.begin();
          const values = new Set<string | undefined>();
          for (const id of ids) values.add(await other.getContainerItem(id, "k"));
          await other.rollback();
          context.equal(values.size, 1, `how many states are seen at once: ${[...values]}`);
          await letTurn(1);
        }
        await commit;
        const values = await Promise.all(ids.map((id) => other.getContainerItem(id, "fill 199")));
        context.equal(values, new Array(20).fill(`${round}`), "after commit");
      }
    },
  },

  "05 an operation that fails leaves the transaction usable": {
    clauses: ["transaction.usable", "items.all-or-nothing"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      await storage.begin();
      await storage.setContainerItem("c", "before", "2");
      await storage.addContainer("added");
      const failing: readonly [call: () => unknown, refusal: string][] = [
        [() => storage.setContainerItem("missing", "k", "v"), "CONTAINER_NOT_FOUND"],
        [() => storage.getContainerItem("missing", "k"), "CONTAINER_NOT_FOUND"],
        [() => storage.deleteContainer("missing"), "CONTAINER_NOT_FOUND"],
        [() => collect(storage.getContainerKeys("missing")), "CONTAINER_NOT_FOUND"],
        [() => storage.addContainer("c"), "DUPLICATE_CONTAINER"],
        [() => storage.addContainer("added"), "DUPLICATE_CONTAINER"],
        [() => storage.addContainer(""), "LIMIT"],
        [() => storage.setContainerItem("c", "x".repeat(2000), "v"), "LIMIT"],
        [
          () => storage.setContainerItems("c", { x: "v", y: null as unknown as string }),
          "TypeError",
        ],
        [() => storage.setContainerItem("c", "a", undefined as unknown as string), "TypeError"],
        [() => storage.begin(), "TRANSACTION_STATE"],
      ];
      for (const [call, refusal] of failing) {
        await context.rejects(call, refusal, `${call}`);
        context.equal(
          await storage.getContainerItem("c", "before"),
          "2",
          `own write after ${call}`,
        );
      }
      await storage.setContainerItem("c", "after", "3");
      const expected = { added: {}, c: { a: "1", after: "3", before: "2" } };
      context.equal(await contentsOf(storage), expected, "in the transaction");
      await storage.commit();
      context.equal(await context.contents(), expected, "after commit");
    },
  },

  "06 calls in flight take effect in the order of calls": {
    clauses: ["calls.order", "transaction.own"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0", x: "1" } });
      await storage.begin();
      const answers = await Promise.all([
        storage.getContainerItem("c", "k"),
        storage.setContainerItem("c", "k", "1"),
        storage.getContainerItem("c", "k"),
        storage.getContainerLen("c"),
        storage.setContainerItems("c", { k: "2", l: "2" }),
        storage.getContainerItems("c", ["k", "l"]),
        storage.deleteContainerItem("c", "k"),
        storage.hasContainerItem("c", "k"),
        storage.getContainerLen("c"),
        storage.addContainer("d"),
        storage.setContainerItem("d", "a", "1"),
        storage.listContainers(),
        collect(storage.getContainerKeys("c")),
        storage.deleteContainer("d"),
        storage.hasContainer("d"),
        storage.clearContainer("c"),
        storage.setContainerItem("c", "k", "3"),
        storage.getContainerLen("c"),
      ]);
      const expected = [
        "0",
        undefined,
        "1",
        2,
        undefined,
        [
          ["k", "2"],
          ["l", "2"],
        ],
        undefined,
        false,
        2,
        undefined,
        undefined,
        ["c", "d"],
        ["l", "x"],
        undefined,
        false,
        undefined,
        undefined,
        1,
      ];
      context.equal(answers, expected, "the answers");
      const many = Array.from({ length: 500 }, (_, i) => i);
      await Promise.all(many.map((i) => storage.setContainerItem("c", `k${i % 50}`, i)));
      const last = await Promise.all(
        many.slice(0, 50).map((i) => storage.getContainerItem("c", `k${i}`)),
      );
      context.equal(last, many.slice(450).map(String), "the last set of each key");
      await storage.commit();
      context.equal(await storage.getContainerLen("c"), 51, "length after commit");
    },
  },

  "10 ten thousand operations": {
    clauses: ["transaction.commit", "transaction.own"],
    run: async (context) => {
      const storage = await context.create({ c: { old: "1" }, d: {} });
      const expected: Record<string, Record<string, string>> = { c: { old: "1" }, d: {} };
      await storage.begin();
      for (let i = 0; i < 10_000; i++) {
        const id = i % 3 === 0 ? "d" : "c";
        const key = `k${(i * 7919) % 4001}`;
        if (i % 5 === 4) {
          await storage.deleteContainerItem(id, key);
          delete expected[id]?.[key];
        } else {
          await storage.setContainerItem(id, key, i);
          (expected[id] as Record<string, string>)[key] = `${i}`;
        }
      }
      for (const id of ["c", "d"]) {
        const count = Object.keys(expected[id] ?? {}).length;
        context.equal(await storage.getContainerLen(id), count, `length of ${id} before commit`);
      }
      await storage.commit();
      const contents = await context.contents();
      context.ok(sameContents(contents, expected), "all of it is there, and nothing else");
    },
  },
});

type Contents = Readonly<Record<string, Readonly<Record<string, string>>>>;

function sameContents(found: Contents, expected: Contents): boolean {
  const flat = (contents: Contents): string =>
    JSON.stringify(
      Object.entries(contents).map(([id, items]) => [id, Object.entries(items).sort()]),
    );
  return flat(found) === flat(expected);
}

/** All of the group; the others are in files of their own, by theme. */
export const transactionChecks: readonly Check[] = [
  ...ownChecks,
  ...callChecks,
  ...insideTransactionChecks,
  ...randomCallChecks,
  ...retryChecks,
  ...transactionEndChecks,
  ...transactionFunctionChecks,
  ...turnChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
