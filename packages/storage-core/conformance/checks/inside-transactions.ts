/** TXN: what the function of `transaction()` can do beside its transaction, and afterwards. */
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { contentsOf } from "../context.ts";
import { gate, letTurn, turnsDuring, withGate } from "../event-loop.ts";
import { awaitedLater } from "../failure.ts";

/** Every way to write on a storage by itself. */
const writes: Readonly<Record<string, (storage: Storage) => unknown>> = {
  addContainer: (storage) => storage.addContainer("d"),
  deleteContainer: (storage) => storage.deleteContainer("c"),
  clearContainer: (storage) => storage.clearContainer("c"),
  clear: (storage) => storage.clear(),
  setContainerItem: (storage) => storage.setContainerItem("c", "k", "wrong"),
  setContainerItems: (storage) => storage.setContainerItems("c", { k: "wrong" }),
  "setContainerItems, async": (storage) =>
    storage.setContainerItems("c", storage.container("c").entries()),
  deleteContainerItem: (storage) => storage.deleteContainerItem("c", "k"),
  deleteContainerItems: (storage) => storage.deleteContainerItems("c", ["k"]),
  set: (storage) => storage.container("c").set("k", "wrong"),
  transaction: (storage) => storage.transaction((tx) => tx.setContainerItem("c", "k", "wrong")),
};

export const insideTransactionChecks: readonly Check[] = group("TXN", {
  "25 inside, a write on a storage would wait for itself": {
    clauses: ["transaction.inside"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const storages = {
        "the storage itself": storage,
        "another one on its path": await context.open(),
      };
      await storage.transaction(async (tx) => {
        for (const [which, one] of Object.entries(storages)) {
          for (const [name, write] of Object.entries(writes)) {
            await context.rejects(() => write(one), "TRANSACTION_STATE", `${name} of ${which}`);
            // Also from something that it awaits.
            const later = awaitedLater(letTurn(2).then(() => write(one)));
            await context.rejects(() => later, "TRANSACTION_STATE", `${name} of ${which}, later`);
          }
        }
        await tx.setContainerItem("c", "k", "2");
      });
      context.equal(await context.contents(), { c: { k: "2" } }, "what is there");
      // Another path is another matter, also with a transaction of its own inside.
      const elsewhere = await context.create({ c: {} }, context.place("elsewhere"));
      await storage.transaction(async (tx) => {
        await elsewhere.setContainerItem("c", "k", "3");
        await elsewhere.transaction(async (inner) => {
          await inner.setContainerItem("c", "l", "4");
          const set = (): Promise<void> => storage.setContainerItem("c", "k", "wrong");
          await context.rejects(set, "TRANSACTION_STATE", "a write on the outer one's storage");
        });
        await tx.setContainerItem("c", "k", "5");
      });
      context.equal(await contentsOf(elsewhere), { c: { k: "3", l: "4" } }, "what is elsewhere");
      context.equal(await context.contents(), { c: { k: "5" } }, "at the end");
    },
  },

  "26 inside, reads on a storage see what is committed": {
    clauses: ["transaction.inside", "isolation.uncommitted"],
    run: (context) =>
      withGate(async (queued) => {
        const storage = await context.create({ c: { k: "1" } });
        const other = await context.open();
        const inside = gate();
        const running = storage.transaction(async (tx) => {
          await tx.setContainerItem("c", "k", "2");
          await tx.setContainerItem("c", "own", "2");
          await tx.addContainer("d");
          for (const [which, one] of Object.entries({ itself: storage, another: other })) {
            context.equal(await one.getContainerItem("c", "k"), "1", `get of ${which}`);
            const many = await one.getContainerItems("c", ["own"]);
            context.equal(many, [["own", undefined]], `many of ${which}`);
            context.equal(await one.getContainerLen("c"), 1, `length of ${which}`);
            context.equal(await one.hasContainer("d"), false, `hasContainer of ${which}`);
            context.equal(await collect(one.getContainerKeys("c")), ["k"], `keys of ${which}`);
            context.equal(await contentsOf(one), { c: { k: "1" } }, `everything of ${which}`);
            await one.begin();
            context.equal(await one.getContainerItem("c", "k"), "1", `a transaction of ${which}`);
            await one.rollback();
          }
          inside.open();
          await queued.opened;
          context.equal(await storage.getContainerItem("c", "k"), "1", "beside a write that waits");
          context.equal(await storage.getContainerLen("c"), 1, "length beside a write that waits");
          const container = storage.container("c");
          context.equal(
            await collect(container.values()),
            ["1"],
            "values beside a write that waits",
          );
        });
        await Promise.race([inside.opened, running]);
        // Called outside, these wait for the function, and nothing in there may wait for them.
        const write = storage.setContainerItem("c", "k", "3");
        const read = storage.getContainerItem("c", "k");
        queued.open();
        const [, , seen] = await Promise.all([running, write, read]);
        context.equal(seen, "3", "a read that waited for the write");
        context.equal(await context.contents(), { c: { k: "3", own: "2" }, d: {} }, "at the end");
      }),
  },

  "27 what the function leaves behind may write later": {
    clauses: ["transaction.inside"],
    run: (context) =>
      withGate(async (over) => {
        const storage = await context.create({ c: {} });
        const leftBehind: Promise<unknown>[] = [];
        await storage.transaction(async (tx) => {
          const later = async (): Promise<void> => {
            await over.opened;
            await storage.setContainerItem("c", "later", "1");
            await storage.transaction((next) => next.setContainerItem("c", "later still", "2"));
            await storage.begin();
            await storage.setContainerItem("c", "by hand", "3");
            await storage.commit();
          };
          leftBehind.push(awaitedLater(later()));
          await tx.setContainerItem("c", "own", "0");
        });
        over.open();
        await Promise.all(leftBehind);
        const expected = { c: { "by hand": "3", later: "1", "later still": "2", own: "0" } };
        context.equal(await context.contents(), expected, "what was written");
      }),
  },

  "28 inside, the storage cannot be closed": {
    clauses: ["transaction.inside", "transaction.in-flight", "close.rollback"],
    run: (context) =>
      withGate(async (end) => {
        const storage = await context.create({ c: {} });
        await storage.transaction(async (tx) => {
          await context.rejects(() => storage.close(), "TRANSACTION_STATE", "close");
          await tx.setContainerItem("c", "k", "1");
        });
        await storage.transaction(
          async () => {
            await context.rejects(() => storage.close(), "TRANSACTION_STATE", "close, readonly");
          },
          { readonly: true },
        );
        await storage.setContainerItem("c", "l", "2");
        context.equal(await context.contents(), { c: { k: "1", l: "2" } }, "the storage goes on");
        // Another one that is closed meanwhile is in nobody's way.
        const other = await context.open();
        await storage.transaction(async (tx) => {
          await other.close();
          await tx.setContainerItem("c", "m", "3");
        });
        // From outside, close waits for the function.
        const began = gate();
        const running = awaitedLater(
          storage.transaction(async (tx) => {
            began.open();
            await end.opened;
            await tx.setContainerItem("c", "n", "4");
          }),
        );
        await began.opened;
        let closed = false;
        const close = awaitedLater(
          storage.close().then(() => {
            closed = true;
          }),
        );
        await letTurn();
        context.equal(closed, false, "whether it was closed under a running function");
        end.open();
        await Promise.all([running, close]);
        const expected = { c: { k: "1", l: "2", m: "3", n: "4" } };
        context.equal(await context.contents(), expected, "what was written before it was closed");
      }),
  },

  "29 only transaction() ends its transaction, and then it is over": {
    clauses: ["transaction.function", "transaction.finished"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const kept: Transaction[] = [];
      await storage.transaction(async (tx) => {
        kept.push(tx);
        await tx.setContainerItem("c", "k", "2");
        await context.rejects(() => tx.commit(), "TRANSACTION_STATE", "commit inside");
        await context.rejects(() => tx.rollback(), "TRANSACTION_STATE", "rollback inside");
        await context.rejects(() => tx.begin(), "TRANSACTION_STATE", "begin inside");
        context.equal(await tx.getContainerItem("c", "k"), "2", "after these calls");
      });
      const fails = storage.transaction((tx) => {
        kept.push(tx);
        throw new Error("mine");
      });
      await fails.catch(() => {});
      await storage.transaction(
        (tx) => {
          kept.push(tx);
        },
        { readonly: true },
      );
      context.equal(kept.length, 3, "transactions that are over");
      for (const tx of kept) {
        const calls: Readonly<Record<string, () => unknown>> = {
          get: () => tx.getContainerItem("c", "k"),
          set: () => tx.setContainerItem("c", "k", "late"),
          "set, short": () => tx.container("c").set("k", "late"),
          add: () => tx.addContainer("late"),
          list: () => tx.listContainers(),
          iterate: () => tx.container("c").entries().next(),
          commit: () => tx.commit(),
          rollback: () => tx.rollback(),
        };
        for (const [name, call] of Object.entries(calls)) {
          await context.rejects(call, "TRANSACTION_STATE", `${name} after the end`);
        }
      }
      context.equal(await context.contents(), { c: { k: "2" } }, "what is there");
    },
  },

  "30 a large commit lets the event loop turn": {
    clauses: ["loop.alive", "transaction.commit"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const count = 50_000;
      const items = Array.from({ length: count }, (_, i): [string, string] => [`k${i}`, "v"]);
      await storage.begin();
      await storage.setContainerItems("c", items);
      const turns = await turnsDuring(() => storage.commit());
      context.ok(turns >= 3, `the event loop turned during a commit: ${turns} times`);
      context.equal(await storage.getContainerLen("c"), count, "length after commit");
      const again = await turnsDuring(() =>
        storage.transaction((tx) =>
          tx.deleteContainerItems(
            "c",
            items.map(([key]) => key),
          ),
        ),
      );
      context.ok(again >= 3, `the event loop turned during transaction(): ${again} times`);
      context.equal(await storage.getContainerLen("c"), 0, "length at the end");
    },
  },

  "40 inside, a transaction begun by hand waits for nobody outside": {
    clauses: ["transaction.inside", "transaction.queue"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      await withGate(async (queued) => {
        const inside = gate();
        const running = awaitedLater(
          storage.transaction(async (tx) => {
            inside.open();
            await queued.opened;
            await storage.begin();
            const seen = await storage.getContainerItem("c", "k");
            await storage.rollback();
            await tx.setContainerItem("c", "own", "2");
            return seen;
          }),
        );
        await Promise.race([inside.opened, running]);
        // The first waits for the function, the second for the first: if the function waits for either, none of them ends in time.
        const write = awaitedLater(storage.setContainerItem("c", "k", "3"));
        const read = awaitedLater(storage.getContainerItem("c", "k"));
        queued.open();
        const seen = await Promise.all([running, write, read]);
        context.equal(seen, ["1", undefined, "3"], "what each came to");
      });
      context.equal(await context.contents(), { c: { k: "3", own: "2" } }, "what was written");
    },
  },
});
