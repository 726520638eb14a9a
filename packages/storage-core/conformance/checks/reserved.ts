/** CONT: containers that belong to interfaces. */
import { reserve, withReservation } from "../../src/interface.ts";
import type { Operations } from "../../src/operations.ts";
import { type Check, group } from "../check.ts";

export const reservedChecks: readonly Check[] = group("CONT", {
  "17 reserved containers are read by everybody, and written to by their owner": {
    clauses: ["names.reserved"],
    run: async (context) => {
      const storage = await context.create({ bh: { a: "1" }, BH_x: { a: "1" } });
      const mine = reserve("kit", "the conformance kit");
      const [first, second] = [mine.container(), mine.container("more")];
      const owner = withReservation(storage, mine);
      for (const name of [first, second]) {
        await owner.addContainer(name);
        await owner.setContainerItem(name, "a", "1");
      }
      const strangers: Readonly<Record<string, Operations>> = {
        "the storage": storage,
        "another interface": withReservation(storage, reserve("ki", "the conformance kit")),
      };
      const before = await context.contents();
      for (const [who, on] of Object.entries(strangers)) {
        const refused: Readonly<Record<string, () => unknown>> = {
          "add of a new one": () => on.addContainer("bh_kit_new"),
          "add of the shortest name": () => on.addContainer("bh_"),
          delete: () => on.deleteContainer(first),
          clear: () => on.clearContainer(second),
          set: () => on.setContainerItem(first, "a", "2"),
          "set of many": () => on.setContainerItems(second, { a: "2" }),
          "delete of an item": () => on.deleteContainerItem(first, "a"),
          "delete of many": () => on.deleteContainerItems(second, ["a"]),
          update: () => on.container(first).update("a", () => "2"),
        };
        for (const [call, run] of Object.entries(refused)) {
          await context.rejects(run, "RESERVED_NAME", `${call}, by ${who}`);
        }
        context.equal(await on.getContainerItem(first, "a"), "1", `what ${who} reads`);
        context.equal(await on.getContainerLen(second), 1, `what ${who} counts`);
      }
      context.equal(await context.contents(), before, "what is there");
      await storage.transaction(async (tx) => {
        const add = (): unknown => tx.addContainer("bh_kit_new");
        await context.rejects(add, "RESERVED_NAME", "by a transaction");
        await withReservation(tx, mine).setContainerItem(first, "a", "2");
      });
      context.equal(await storage.getContainerItem(first, "a"), "2", "by its owner");
      await storage.clear();
      context.equal(await storage.listContainers(), [], "clear removes them with all others");
    },
  },
});
