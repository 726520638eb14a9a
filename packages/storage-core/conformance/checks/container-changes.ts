/** CONT: containers that come and go inside of transactions. */
import type { Operations } from "../../src/operations.ts";
import { type Check, group } from "../check.ts";
import { type Context, contentsOf } from "../context.ts";
import { byBytes } from "../hostile-keys.ts";

type Contents = Record<string, Record<string, string>>;

const SEED: Contents = { c: { a: "1", b: "2" }, d: { x: "1" }, empty: {} };

/** The ways to make, empty and delete containers, and what is there afterwards. */
const CHANGES: Readonly<
  Record<string, { change: (on: Operations) => Promise<void>; after: Contents }>
> = {
  addContainer: {
    change: (on) => on.addContainer("new"),
    after: { ...SEED, new: {} },
  },
  deleteContainer: {
    change: (on) => on.deleteContainer("c"),
    after: { d: { x: "1" }, empty: {} },
  },
  clearContainer: {
    change: (on) => on.clearContainer("c"),
    after: { c: {}, d: { x: "1" }, empty: {} },
  },
  clear: {
    change: (on) => on.clear(),
    after: {},
  },
  "deleteContainer, and addContainer of the same": {
    change: async (on) => {
      await on.deleteContainer("c");
      await on.addContainer("c");
    },
    after: { c: {}, d: { x: "1" }, empty: {} },
  },
  "clear, and addContainer of one that was there": {
    change: async (on) => {
      await on.clear();
      await on.addContainer("d");
      await on.setContainerItem("d", "y", "2");
    },
    after: { d: { y: "2" } },
  },
};

/** Runs the change in a transaction that was begun by hand; its own reads see it. */
async function begun(context: Context, path: string, change: keyof typeof CHANGES) {
  const storage = await context.create(SEED, path);
  const other = await context.open({}, path);
  const { change: run, after } = CHANGES[change] as (typeof CHANGES)[string];
  await storage.begin();
  await run(storage);
  context.equal(await contentsOf(storage), after, `${change}, as its transaction sees it`);
  return { storage, other, after };
}

const eachChange = (
  run: (context: Context, path: string, change: string) => Promise<void>,
): Pick<Check, "run">["run"] => {
  return async (context) => {
    for (const [i, change] of Object.keys(CHANGES).entries()) {
      await run(context, context.place(`change-${i}`), change);
    }
  };
};

/** Begins with the seed, runs the steps in one transaction, and looks at what is stored in the end. */
async function inOne(
  context: Context,
  path: string,
  steps: (on: Operations) => Promise<void>,
  expected: Contents,
  what: string,
): Promise<void> {
  const storage = await context.create(SEED, path);
  await storage.transaction(async (tx) => {
    await steps(tx);
    context.equal(await contentsOf(tx), expected, `${what}, before the commit`);
  });
  await storage.close();
  const again = await context.open({}, path);
  context.equal(await contentsOf(again), expected, `${what}, after the commit`);
}

export const containerChangeChecks: readonly Check[] = group("CONT", {
  "07 changes of containers are rolled back": {
    clauses: ["containers.transactional", "transaction.rollback"],
    run: eachChange(async (context, path, change) => {
      const { storage, other } = await begun(context, path, change);
      await storage.rollback();
      context.equal(await contentsOf(storage), SEED, `${change}, rolled back`);
      context.equal(await contentsOf(other), SEED, `${change}, to another storage`);
      const failing = storage.transaction(async (tx) => {
        await CHANGES[change]?.change(tx);
        throw new RangeError("on purpose");
      });
      const outcome = await failing.catch((error: unknown) => error instanceof RangeError);
      context.equal(outcome, true, "transaction() rejects with what its function threw");
      context.equal(await contentsOf(other), SEED, `${change}, in transaction() that failed`);
    }),
  },

  "08 changes of containers are isolated": {
    clauses: ["containers.transactional", "isolation.uncommitted", "isolation.begin"],
    run: eachChange(async (context, path, change) => {
      const { storage, other, after } = await begun(context, path, change);
      context.equal(await contentsOf(other), SEED, `${change}, to others before the commit`);
      await other.begin();
      await storage.commit();
      context.equal(await contentsOf(other), SEED, `${change}, to a transaction begun before`);
      context.equal(await other.hasContainer("c"), true, "whether it has a container of old");
      await other.commit();
      context.equal(await contentsOf(other), after, `${change}, to others after the commit`);
    }),
  },

  "13 a container that is added, filled and deleted in one transaction leaves nothing": {
    clauses: ["containers.transactional", "containers.delete"],
    run: async (context) => {
      const path = context.place("at once");
      await inOne(
        context,
        path,
        async (tx) => {
          await tx.addContainer("new");
          await tx.setContainerItems("new", { a: "1", b: "2" });
          await tx.deleteContainer("new");
        },
        SEED,
        "added, filled and deleted",
      );
      const storage = await context.open({}, path);
      await storage.addContainer("new");
      context.equal(await storage.getContainerLen("new"), 0, "the length of one added later");
      await inOne(
        context,
        context.place("twice"),
        async (tx) => {
          for (const value of ["1", "2"]) {
            await tx.addContainer("new");
            await tx.setContainerItem("new", value, value);
            if (value === "1") await tx.deleteContainer("new");
          }
        },
        { ...SEED, new: { 2: "2" } },
        "added, filled, deleted, added and filled again",
      );
    },
  },

  "14 a container that is deleted, added and filled in one transaction has the new items alone": {
    clauses: ["containers.transactional", "containers.delete"],
    run: async (context) => {
      await inOne(
        context,
        context.place("deleted"),
        async (tx) => {
          await tx.deleteContainer("c");
          await tx.addContainer("c");
          await tx.setContainerItems("c", { b: "new", z: "3" });
        },
        { ...SEED, c: { b: "new", z: "3" } },
        "deleted, added and filled",
      );
      await inOne(
        context,
        context.place("written before"),
        async (tx) => {
          await tx.setContainerItems("c", { a: "written", y: "2" });
          await tx.deleteContainer("c");
          await tx.addContainer("c");
          await tx.setContainerItem("c", "z", "3");
          await tx.deleteContainerItem("c", "a");
        },
        { ...SEED, c: { z: "3" } },
        "filled, deleted, added and filled",
      );
      await inOne(
        context,
        context.place("cleared"),
        async (tx) => {
          await tx.clearContainer("c");
          await tx.setContainerItem("c", "b", "new");
          await tx.deleteContainer("d");
        },
        { c: { b: "new" }, empty: {} },
        "cleared and filled",
      );
    },
  },

  "16 the list of containers is in the order of their bytes, own ones among them": {
    clauses: ["containers.list", "iteration.order", "transaction.own"],
    run: async (context) => {
      const names = ["\u{10000}", "\ufffd", "a", "B", "ab", "\ue000", "é", "z", "Z", "😀", "a\0"];
      const storage = await context.create();
      for (const name of names) await storage.addContainer(name);
      context.equal(await storage.listContainers(), names.toSorted(byBytes), "what is stored");
      await storage.begin();
      await storage.deleteContainer("a");
      await storage.deleteContainer("\ufffd");
      await storage.addContainer("\uffff");
      await storage.addContainer("\u{10ffff}");
      await storage.addContainer("0");
      const own = [
        ...names.filter((name) => name !== "a" && name !== "\ufffd"),
        "\uffff",
        "\u{10ffff}",
        "0",
      ];
      context.equal(await storage.listContainers(), own.toSorted(byBytes), "in the transaction");
      await storage.commit();
      context.equal(await storage.listContainers(), own.toSorted(byBytes), "when it is committed");
    },
  },
});
