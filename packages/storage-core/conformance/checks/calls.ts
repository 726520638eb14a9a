/** TXN: calls that are not waited for, and commits that they share. */
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { contentsOf, refusalOf } from "../context.ts";
import { gate, letTurn } from "../event-loop.ts";
import { awaitedLater } from "../failure.ts";
import { observe } from "../observed.ts";

/** What a call came to: what it resolved to, or the code that it rejected with. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  return await call.catch(refusalOf);
}

async function outcomes(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
  return await Promise.all(calls.map(outcome));
}

export const callChecks: readonly Check[] = group("TXN", {
  "31 writes that share a commit fail alone": {
    clauses: ["autocommit.group", "autocommit.atomic"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const calls: Promise<unknown>[] = [];
      const expected: unknown[] = [];
      const items: Record<string, string> = {};
      for (let i = 0; i < 300; i++) {
        const key = `k${i % 100}`;
        if (i % 10 === 3) {
          calls.push(storage.setContainerItem("missing", key, "v"));
          expected.push("CONTAINER_NOT_FOUND");
        } else if (i % 10 === 6) {
          calls.push(storage.addContainer("c"));
          expected.push("DUPLICATE_CONTAINER");
        } else if (i % 10 === 9) {
          calls.push(
            storage.setContainerItems("c", { [key]: "v", bad: null as unknown as string }),
          );
          expected.push("TypeError");
        } else {
          calls.push(storage.setContainerItem("c", key, `${i}`));
          expected.push(undefined);
          items[key] = `${i}`;
        }
      }
      context.equal(await outcomes(calls), expected, "what each came to");
      const contents = await context.contents();
      context.equal(Object.keys(contents), ["c"], "the containers that are there");
      const sorted = (entries: object): unknown => Object.entries(entries).sort();
      context.equal(sorted(contents["c"] ?? {}), sorted(items), "the last set of each key");
    },
  },

  "32 writes take effect in the order of calls": {
    clauses: ["calls.order", "autocommit.group"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const sets = [1, 2, 3].map((value) => storage.setContainerItem("c", "k", value));
      await Promise.all(sets);
      context.equal(await storage.getContainerItem("c", "k"), "3", "the last of three sets");
      const mixed = [
        storage.setContainerItem("c", "k", "4"),
        storage.deleteContainerItem("c", "k"),
        storage.setContainerItems("c", { k: "5", l: "5" }),
        storage.clearContainer("c"),
        storage.setContainerItem("c", "m", "6"),
        storage.deleteContainerItems("c", ["l", "m"]),
        storage.setContainerItem("c", "n", "7"),
      ];
      await Promise.all(mixed);
      context.equal(await context.contents(), { c: { n: "7" } }, "after writes of every kind");
    },
  },

  "33 containers come and go in the order of calls": {
    clauses: ["calls.order", "autocommit.group", "containers.delete"],
    run: async (context) => {
      const storage = await context.create();
      const calls = [
        storage.setContainerItem("d", "k", "too early"),
        storage.addContainer("d"),
        storage.setContainerItem("d", "k", "1"),
        storage.addContainer("d"),
        storage.getContainerItem("d", "k"),
        storage.deleteContainer("d"),
        storage.setContainerItem("d", "k", "too late"),
        storage.hasContainer("d"),
        storage.addContainer("d"),
        storage.getContainerLen("d"),
        storage.setContainerItem("d", "l", "2"),
        storage.listContainers(),
        storage.addContainer("e"),
        storage.clear(),
        storage.setContainerItem("e", "k", "too late"),
        storage.addContainer("e"),
        storage.setContainerItem("e", "m", "3"),
      ];
      const expected = [
        "CONTAINER_NOT_FOUND",
        undefined,
        undefined,
        "DUPLICATE_CONTAINER",
        "1",
        undefined,
        "CONTAINER_NOT_FOUND",
        false,
        undefined,
        0,
        undefined,
        ["d"],
        undefined,
        undefined,
        "CONTAINER_NOT_FOUND",
        undefined,
        undefined,
      ];
      context.equal(await outcomes(calls), expected, "what each came to");
      context.equal(await context.contents(), { e: { m: "3" } }, "what is there");
    },
  },

  "34 writes made during a commit share the next": {
    clauses: ["autocommit.group"],
    run: async (context) => {
      await (await context.create({ c: {} })).close();
      const [begun, goOn] = [gate(), gate()];
      const observed = observe(context.target.storage.driver, async (changes) => {
        begun.open();
        await goOn.opened;
        return changes;
      });
      const storage = await observed.storage.open(context.path);
      const other = await observed.storage.open(context.path);
      try {
        const calls = [outcome(storage.setContainerItem("c", "first", "1"))];
        await begun.opened;
        for (let i = 0; i < 200; i++) {
          const id = i === 50 ? "missing" : "c";
          calls.push(outcome((i % 2 ? storage : other).setContainerItem(id, `k${i}`, i)));
        }
        await letTurn();
        context.equal(observed.writes, 1, "commits while the first is in flight");
        goOn.open();
        const found = await Promise.all(calls);
        const expected = Array.from({ length: 201 }, (_, i) =>
          i === 51 ? "CONTAINER_NOT_FOUND" : undefined,
        );
        context.equal(found, expected, "what each came to");
        context.equal(observed.writes, 2, "commits of all of them");
        context.equal(await storage.getContainerLen("c"), 200, "length");
      } finally {
        goOn.open();
        await storage.close();
        await other.close();
      }
    },
  },

  "35 reads see the writes that were called before": {
    clauses: ["calls.order", "autocommit.atomic"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0" } });
      const container = storage.container("c");
      const answers = await Promise.all([
        storage.getContainerItem("c", "k"),
        storage.setContainerItem("c", "k", "1"),
        storage.getContainerItem("c", "k"),
        storage.setContainerItem("c", "k", "2"),
        storage.getContainerItem("c", "k"),
        container.set("l", "3"),
        storage.getContainerItems("c", ["k", "l"]),
        storage.getContainerLen("c"),
        collect(storage.getContainerKeys("c")),
        collect(container.entries({ reverse: true })),
        container.delete("k"),
        container.has("k"),
        container.count(),
        storage.transaction(async (tx) => await tx.getContainerLen("c")),
        storage.setContainerItem("c", "m", "4"),
        storage.transaction((tx) => tx.setContainerItem("c", "n", "5")),
        storage.getContainerItem("c", "m"),
        storage.addContainer("d"),
        storage.hasContainer("d"),
        storage.listContainers(),
      ]);
      const expected = [
        "0",
        undefined,
        "1",
        undefined,
        "2",
        undefined,
        [
          ["k", "2"],
          ["l", "3"],
        ],
        2,
        ["k", "l"],
        [
          ["l", "3"],
          ["k", "2"],
        ],
        undefined,
        false,
        1,
        1,
        undefined,
        undefined,
        "4",
        undefined,
        true,
        ["c", "d"],
      ];
      context.equal(answers, expected, "the answers");
      // Somebody else's storage sees what has been acknowledged.
      const other = await context.open();
      await storage.setContainerItem("c", "k", "6");
      context.equal(await other.getContainerItem("c", "k"), "6", "for another storage");
    },
  },

  "36 a transaction takes effect where it was called": {
    clauses: ["calls.order", "transaction.in-flight"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0" } });
      const calls: Promise<unknown>[] = [
        storage.setContainerItem("c", "before", "1"),
        storage.begin().then(() => "begun"),
        storage.getContainerItem("c", "before"),
        storage.setContainerItem("c", "k", "1"),
        storage.getContainerItem("c", "k"),
        storage.commit(),
        storage.getContainerItem("c", "k"),
        storage.begin().then(() => "begun again"),
        storage.getContainerItem("c", "k"),
        storage.setContainerItem("c", "k", "dropped"),
        storage.rollback(),
        storage.getContainerItem("c", "k"),
        storage.setContainerItem("c", "k", "2"),
        storage.getContainerItem("c", "k"),
        storage.commit(),
        storage.begin().then(() => "begun a third time"),
        storage.begin(),
        storage.setContainerItem("c", "k", "3"),
        storage.commit(),
        storage.getContainerLen("c"),
      ];
      const expected = [
        undefined,
        "begun",
        "1",
        undefined,
        "1",
        undefined,
        "1",
        "begun again",
        "1",
        undefined,
        undefined,
        "1",
        undefined,
        "2",
        "TRANSACTION_STATE",
        "begun a third time",
        "TRANSACTION_STATE",
        undefined,
        undefined,
        2,
      ];
      context.equal(await outcomes(calls), expected, "what each came to");
      context.equal(await context.contents(), { c: { before: "1", k: "3" } }, "what is there");
    },
  },

  "37 writes that nobody waited for are there after close": {
    clauses: ["close.rollback", "calls.order"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const calls = Array.from({ length: 100 }, (_, i) =>
        outcome(storage.setContainerItem("c", `k${i}`, i)),
      );
      const close = awaitedLater(storage.close());
      const late = awaitedLater(storage.setContainerItem("c", "late", "1"));
      await context.rejects(() => late, "STORAGE_CLOSED", "a write behind close");
      await close;
      context.equal(await Promise.all(calls), new Array(100).fill(undefined), "what each came to");
      const again = await context.open();
      context.equal(await again.getContainerLen("c"), 100, "length when opened again");
      context.equal(Object.keys(await contentsOf(again)), ["c"], "containers when opened again");
    },
  },
});
