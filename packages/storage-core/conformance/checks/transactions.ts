/** TXN: what a transaction does with its writes. */
import { type Check, group } from "../check.ts";

export const transactionChecks: readonly Check[] = group("TXN", {
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
});
