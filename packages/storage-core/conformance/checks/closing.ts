/** LIFE: what closing does, and what is there afterwards. */
import { type Check, group } from "../check.ts";
import { contentsOf, refusalOf } from "../context.ts";
import { gate, letTurn } from "../event-loop.ts";
import {
  CONTAINER_LIST_CALLS,
  INTERNAL_METHODS,
  ITEM_CALLS,
  methodsOf,
  SHORT_CALLS,
  settle,
} from "../methods.ts";

const ownMethods = ["begin", "commit", "rollback", "transaction"] as const;

export const closingChecks: readonly Check[] = group("LIFE", {
  "09 close may be called again": {
    clauses: ["close.idempotent"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const other = await context.open();
      const [first, second] = await Promise.all([storage.close(), storage.close()]);
      context.equal([first, second], [undefined, undefined], "two calls at once");
      context.equal(await storage.close(), undefined, "a call afterwards");
      context.equal(await other.getContainerItem("c", "a"), "1", "another storage, still open");
      await other.close();
      context.equal(await storage.close(), undefined, "a call when all are closed");
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
    },
  },

  "10 close rolls an open transaction back": {
    clauses: ["close.rollback", "transaction.finished"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const tx = await storage.begin();
      await storage.setContainerItem("c", "a", "2");
      await storage.addContainer("d");
      await tx.deleteContainerItem("c", "a");
      await storage.close();
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
      const read = (): unknown => tx.getContainerItem("c", "a");
      await context.rejects(read, "TRANSACTION_STATE", "a read on the transaction");
      await context.rejects(() => tx.commit(), "TRANSACTION_STATE", "its commit");
      const next = await context.open();
      await next.transaction((running) => running.setContainerItem("c", "a", "3"));
      context.equal(await context.contents(), { c: { a: "3" } }, "the next transaction's write");
    },
  },

  "11 every method is refused after close": {
    clauses: ["close.closed"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const container = storage.container("c");
      const known = [
        ...INTERNAL_METHODS,
        ...Object.keys({ ...ITEM_CALLS, ...CONTAINER_LIST_CALLS }),
        ...ownMethods,
        "container",
        "close",
        "Symbol(Symbol.asyncDispose)",
      ].sort();
      context.equal(methodsOf(storage), known, "the methods of a storage");
      context.equal(methodsOf(container), Object.keys(SHORT_CALLS).sort(), "of a container");
      const closing = storage.close();
      for (const when of ["while it closes", "when it has closed"]) {
        for (const [name, call] of Object.entries({ ...ITEM_CALLS, ...CONTAINER_LIST_CALLS })) {
          const refused = (): unknown => settle(call(storage, "c"));
          await context.rejects(refused, "STORAGE_CLOSED", `${name}() ${when}`);
        }
        for (const name of ownMethods) {
          const refused = (): unknown => storage[name](() => "run");
          await context.rejects(refused, "STORAGE_CLOSED", `${name}() ${when}`);
        }
        for (const [name, call] of Object.entries(SHORT_CALLS)) {
          const kept = (): unknown => settle(call(container));
          await context.rejects(kept, "STORAGE_CLOSED", `${name}() of an older container ${when}`);
          const made = (): unknown => settle(call(storage.container("c")));
          await context.rejects(made, "STORAGE_CLOSED", `container().${name}() ${when}`);
        }
        await closing;
      }
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
    },
  },

  "12 close waits for what is in flight": {
    clauses: ["close.rollback", "transaction.in-flight"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const order: string[] = [];
      const note = async (what: string, call: Promise<unknown>): Promise<void> => {
        order.push(
          await call.then(
            () => what,
            (error) => `${what}: ${refusalOf(error)}`,
          ),
        );
      };
      const [slow, running] = [gate(), gate()];
      async function* items() {
        yield ["from a slow iterable", "1"] as const;
        await slow.opened;
        yield ["at its end", "1"] as const;
      }
      const sets = Array.from({ length: 200 }, (_, i) =>
        storage.setContainerItem("c", `${i}`, "1"),
      );
      const all = note("the sets", Promise.all(sets));
      const setting = note("the slow set", storage.setContainerItems("c", items()));
      const first = storage.transaction(async (tx) => {
        await running.opened;
        await tx.setContainerItem("c", "in transaction()", "1");
      });
      const second = storage.transaction((tx) => tx.setContainerItem("c", "in the next", "1"));
      const transaction = note("transaction()", first);
      const waiting = note("the next transaction()", second);
      const closing = note("closed", storage.close());
      try {
        await all;
        await letTurn();
        context.equal(order, ["the sets"], "what is over while something is in flight");
        running.open();
        await Promise.all([transaction, waiting]);
        await letTurn();
        const transactions = ["transaction()", "the next transaction()"];
        context.equal(order, ["the sets", ...transactions], "while the iterable has not ended");
      } finally {
        running.open();
        slow.open();
      }
      await Promise.all([setting, closing]);
      context.equal(order.slice(3), ["the slow set", "closed"], "what is over at last");
      const stored = (await context.contents())["c"] ?? {};
      context.equal(Object.keys(stored).length, 204, "how many items are stored");
    },
  },

  "13 close ends an iteration": {
    clauses: ["iteration.release", "close.closed"],
    run: async (context) => {
      const items = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}`, "x"]));
      const storage = await context.create({ c: items });
      const left = storage.container("c").entries();
      await left.next();
      const busy = storage.getContainerKeys("c");
      context.equal((await busy.next()).value, "0", "the first key");
      const next = busy.next();
      await storage.close();
      context.equal((await next).value, "1", "a key that was asked for before close");
      await context.rejects(() => busy.next(), "STORAGE_CLOSED", "a key after close");
      await context.rejects(() => left.next(), "STORAGE_CLOSED", "an entry after close");
      context.equal(
        await left.return?.(),
        { done: true, value: undefined },
        "return() after close",
      );

      const second = await context.open();
      let seen = 0;
      const loop = async (): Promise<void> => {
        for await (const _ of second.container("c").keys()) {
          seen++;
          await second.close();
        }
      };
      await context.rejects(loop, "STORAGE_CLOSED", "a loop that closes the storage");
      context.equal(seen, 1, "how often it went round");

      const third = await context.open();
      const tx = await third.begin();
      const inTransaction = tx.container("c").keys();
      await inTransaction.next();
      await third.close();
      await context.rejects(() => inTransaction.next(), "TRANSACTION_STATE", "in a transaction");

      const writer = await context.open();
      await writer.clear();
      context.equal(await context.contents(), {}, "a write when all are closed");
    },
  },

  "14 what was committed is there when it is opened again": {
    clauses: ["close.reopen"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1", deleted: "2" }, dropped: { x: "1" } });
      await storage.deleteContainerItem("c", "deleted");
      await storage.begin();
      await storage.deleteContainer("dropped");
      await storage.addContainer("empty");
      await storage.setContainerItems("c", { "": "", "\0": "NUL", "😀": "é" });
      await storage.commit();
      await storage.transaction((tx) => tx.setContainerItem("c", "b", new Uint8Array([98])));
      const expected = { c: { "": "", "\0": "NUL", a: "1", b: "b", "😀": "é" }, empty: {} };
      context.equal(await contentsOf(storage), expected, "before it is closed");
      await storage.close();
      for (let i = 0; i < 3; i++) {
        context.equal(await context.contents(), expected, "opened again");
      }
      const { told } = await context.spawn("read").ended;
      const elsewhere = context.facts.processes === "separate" ? "STORAGE_NOT_FOUND" : expected;
      context.equal(told, [elsewhere], "what another process finds");
    },
  },

  "15 a storage that is left open keeps no process alive": {
    clauses: ["close.exit"],
    run: async (context) => {
      const { code, signal, told, stderr } = await context.spawn("leaveOpen").ended;
      const expected = { code: 0, signal: null, told: ["left open"], stderr: "" };
      context.equal({ code, signal, told, stderr }, expected, "how the process ended");
      if (context.facts.durability.length > 0) {
        context.equal(await context.contents(), { c: { a: "1", b: "2" } }, "what it left behind");
      } else {
        context.leaveOut("what it left behind: facts.durability is empty");
        await context.rejects(() => context.open(), "STORAGE_NOT_FOUND", "nothing is left of it");
      }
    },
  },

  "16 await using closes": {
    clauses: ["close.idempotent", "close.rollback", "transaction.rollback"],
    run: async (context) => {
      let left: Awaited<ReturnType<typeof context.open>>;
      {
        await using storage = await context.create({ c: { a: "1" } });
        {
          await using tx = await storage.begin();
          await tx.setContainerItem("c", "a", "rolled back");
        }
        context.equal(await storage.getContainerItem("c", "a"), "1", "after a transaction's block");
        {
          await using tx = await storage.begin();
          await tx.setContainerItem("c", "a", "committed");
          await tx.commit();
        }
        await storage.transaction(async (running) => {
          await using tx = running;
          await tx.setContainerItem("c", "b", "of transaction()");
        });
        await storage.begin();
        await storage.setContainerItem("c", "a", "left open");
        left = storage;
      }
      const read = (): unknown => left.getContainerItem("c", "a");
      await context.rejects(read, "STORAGE_CLOSED", "a read behind the storage's block");
      const expected = { c: { a: "committed", b: "of transaction()" } };
      context.equal(await context.contents(), expected, "what is stored");
    },
  },

  "17 closing one storage leaves the others as they are": {
    clauses: ["storages.shared", "close.rollback"],
    run: async (context) => {
      const first = await context.create({ c: { a: "1" } });
      const second = await context.open();
      const third = await context.open({ readonly: true });
      await second.begin();
      await second.setContainerItem("c", "b", "2");
      const iteration = third.container("c").keys();
      await iteration.next();
      await first.close();
      context.equal(await second.getContainerItem("c", "b"), "2", "the transaction of another");
      await second.commit();
      context.equal((await iteration.next()).done, true, "the iteration of a third");
      await second.close();
      context.equal(await third.getContainerItem("c", "b"), "2", "the last one that is open");
    },
  },

  "18 close inside of transaction() is refused rather than waiting for itself": {
    clauses: ["transaction.inside"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const another = await context.open();
      await storage.transaction(async (tx) => {
        await context.rejects(() => storage.close(), "TRANSACTION_STATE", "close() of its storage");
        await tx.setContainerItem("c", "a", "1");
        await another.close();
      });
      context.equal(await context.contents(), { c: { a: "1" } }, "what it has written");
      await storage.close();
    },
  },

  "19 close right after begin waits for it and rolls it back": {
    clauses: ["close.rollback", "transaction.in-flight"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const beginning = storage.begin();
      const setting = storage.setContainerItem("c", "a", "2");
      const closing = storage.close();
      const tx = await beginning;
      context.equal(await setting, undefined, "a call that was made before close");
      context.equal(await closing, undefined, "close");
      await context.rejects(() => tx.commit(), "TRANSACTION_STATE", "commit after close");
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
    },
  },
});
