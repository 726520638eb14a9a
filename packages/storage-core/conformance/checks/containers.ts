/** CONT: containers, and what is done with them in transactions. */
import type { Operations } from "../../src/operations.ts";
import { type Check, group } from "../check.ts";
import { type Context, contentsOf } from "../context.ts";
import { ITEM_CALLS, SHORT_CALLS, settle } from "../methods.ts";
import { containerChangeChecks } from "./container-changes.ts";
import { containerNameChecks } from "./container-names.ts";
import { reservedChecks } from "./reserved.ts";

/** Calls with nothing to do, which are an error all the same where the container is missing. */
const EMPTY_CALLS: Readonly<Record<string, (on: Operations, container: string) => unknown>> = {
  "getContainerItems of no keys": (on, container) => on.getContainerItems(container, []),
  "setContainerItems of no items": (on, container) => on.setContainerItems(container, {}),
  "setContainerItems of an empty array": (on, container) => on.setContainerItems(container, []),
  "deleteContainerItems of no keys": (on, container) => on.deleteContainerItems(container, []),
  "an iteration with the limit 0": (on, container) => on.getContainerKeys(container, { limit: 0 }),
  "an iteration of an empty range": (on, container) =>
    on.getContainerKeys(container, { gt: "b", lt: "a" }),
};

/** Every method but `addContainer` and `hasContainer` rejects, and nothing comes into being by it. */
async function isMissing(
  context: Context,
  on: Operations,
  container: string,
  where: string,
): Promise<void> {
  for (const [name, call] of Object.entries({ ...ITEM_CALLS, ...EMPTY_CALLS })) {
    const refused = (): unknown => settle(call(on, container));
    const error = await context.rejects(refused, "CONTAINER_NOT_FOUND", `${name} ${where}`);
    context.ok(error.message.includes(container), `the message names the container: ${error}`);
  }
  for (const [name, call] of Object.entries(SHORT_CALLS)) {
    const refused = (): unknown => settle(call(on.container(container)));
    await context.rejects(refused, "CONTAINER_NOT_FOUND", `container().${name} ${where}`);
  }
  context.equal(await on.hasContainer(container), false, `hasContainer ${where}`);
}

const ownChecks = group("CONT", {
  "01 a container is not added twice": {
    clauses: ["containers.duplicate"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const add = (on: Operations, container: string) => (): unknown => on.addContainer(container);
      const error = await context.rejects(add(storage, "c"), "DUPLICATE_CONTAINER", "by itself");
      context.ok(error.message.includes('"c"'), `the message names the container: ${error}`);
      const twice = [storage.addContainer("d"), storage.addContainer("d")] as const;
      const results = (await Promise.allSettled(twice)).map(({ status }) => status);
      context.equal(results, ["fulfilled", "rejected"], "two calls at once");

      await storage.transaction(async (tx) => {
        await context.rejects(add(tx, "c"), "DUPLICATE_CONTAINER", "in a transaction");
        await tx.addContainer("new");
        await tx.setContainerItem("new", "x", "1");
        await context.rejects(add(tx, "new"), "DUPLICATE_CONTAINER", "one of its own");
        context.equal(await tx.getContainerItem("new", "x"), "1", "the item of the first");
        await tx.setContainerItem("c", "b", "2");
      });
      const expected = { c: { a: "1", b: "2" }, d: {}, new: { x: "1" } };
      context.equal(await context.contents(), expected, "what is stored");
    },
  },

  "02 a missing container is an error to every method": {
    clauses: ["containers.missing"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" }, dropped: { a: "1" } });
      await storage.deleteContainer("dropped");
      await isMissing(context, storage, "missing", "by itself");
      await isMissing(context, storage, "dropped", "by itself, of one that was there");
      await storage.begin();
      await isMissing(context, storage, "missing", "in a transaction");
      await storage.deleteContainer("c");
      await isMissing(context, storage, "c", "in the transaction that has deleted it");
      context.equal(await storage.listContainers(), [], "what the transaction sees");
      await storage.rollback();
      await storage.begin();
      await storage.clear();
      await isMissing(context, storage, "c", "in the transaction that has cleared all");
      await storage.rollback();
      await storage.transaction((tx) => isMissing(context, tx, "missing", "in transaction()"));
      context.equal(await context.contents(), { c: { a: "1" } }, "what is stored");
    },
  },

  "03 a container that is deleted and added again is empty": {
    clauses: ["containers.delete"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1", b: "2" }, d: { a: "1" } });
      await storage.deleteContainer("c");
      context.equal(await contentsOf(storage), { d: { a: "1" } }, "when it is deleted");
      await storage.addContainer("c");
      context.equal(await storage.getContainerLen("c"), 0, "its length");
      context.equal(await storage.getContainerItem("c", "a"), undefined, "an item of old");
      context.equal(await contentsOf(storage), { c: {}, d: { a: "1" } }, "when it is added again");
      await storage.setContainerItem("c", "b", "new");
      await storage.close();
      context.equal(await context.contents(), { c: { b: "new" }, d: { a: "1" } }, "opened again");
    },
  },

  "09 clear removes all containers": {
    clauses: ["containers.clear"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" }, d: { a: "1" }, empty: {} });
      const path = context.place("another");
      await (await context.create({ c: { a: "1" } }, path)).close();
      await storage.clear();
      context.equal(await storage.listContainers(), [], "the containers");
      context.equal(await storage.hasContainer("c"), false, "whether one is there");
      await storage.clear();
      context.equal(await context.contents(), {}, "what is stored, cleared twice");
      await storage.addContainer("c");
      context.equal(await contentsOf(storage), { c: {} }, "one that is added again");
      const another = await context.open({}, path);
      context.equal(await contentsOf(another), { c: { a: "1" } }, "another storage of the driver");
    },
  },

  "10 clearContainer keeps the container": {
    clauses: ["containers.clear"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1", b: "2" }, d: { a: "1" } });
      await storage.clearContainer("c");
      context.equal(await context.contents(), { c: {}, d: { a: "1" } }, "what is stored");
      context.equal(await storage.getContainerLen("c"), 0, "the length");
      await storage.clearContainer("c");
      await storage.setContainerItem("c", "b", "3");
      await storage.container("d").clear();
      context.equal(await context.contents(), { c: { b: "3" }, d: {} }, "what is set afterwards");
    },
  },

  "12 five hundred containers": {
    clauses: ["containers.independent", "containers.list"],
    run: async (context) => {
      const names = Array.from({ length: 500 }, (_, i) => `container ${1000 + i}`);
      const storage = await context.create();
      await storage.transaction(async (tx) => {
        for (const name of names) {
          await tx.addContainer(name);
          await tx.setContainerItem(name, "name", name);
        }
      });
      const listed = await storage.listContainers();
      context.equal(listed, names, "the names of all");
      await storage.transaction(async (tx) => {
        for (let i = 0; i < names.length; i += 2) await tx.deleteContainer(names[i] as string);
      });
      await Promise.all(
        names.map((name, i) => (i % 2 === 0 ? storage.addContainer(`new ${name}`) : undefined)),
      );
      await storage.close();
      const expected = Object.fromEntries(
        names.map((name, i) => (i % 2 === 0 ? [`new ${name}`, {}] : [name, { name }])),
      );
      context.equal(await context.contents(), expected, "when every second has been replaced");
    },
  },
});

/** All of the group; the others are in files of their own, by theme. */
export const containerChecks: readonly Check[] = [
  ...ownChecks,
  ...containerNameChecks,
  ...containerChangeChecks,
  ...reservedChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
