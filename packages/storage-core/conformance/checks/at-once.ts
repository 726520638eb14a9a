/** CONC: many at once in one thread. */

import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";

const READERS = 50;
const STORAGES = 20;
const KEYS = Array.from({ length: 100 }, (_, i) => `k${String(i).padStart(3, "0")}`);

/** All items with one value. */
function allOf(value: number): Record<string, string> {
  return Object.fromEntries(KEYS.map((key) => [key, String(value)]));
}

/** The values that are there, each once: one, unless somebody has seen half of a commit. */
function distinct(values: readonly (string | undefined)[]): readonly (string | undefined)[] {
  return [...new Set(values)];
}

export const atOnceChecks: readonly Check[] = group("CONC", {
  "01 fifty reads at once, while somebody commits, each see one commit": {
    clauses: ["isolation.atomic", "iteration.snapshot", "calls.order"],
    run: async (context) => {
      const writer = await context.create({ c: allOf(0) });
      const reader = await context.open();
      const reads = Array.from({ length: READERS }, async (_, i) => {
        if (i % 2 === 0) {
          const items = await reader.getContainerItems("c", KEYS);
          return distinct(items.map(([, value]) => value));
        }
        const values: string[] = [];
        for await (const [, value] of reader.container("c").entries()) values.push(value);
        return values.length === KEYS.length ? distinct(values) : values;
      });
      for (let n = 1; n <= 10; n++) await writer.setContainerItems("c", allOf(n));
      const seen = await Promise.all(reads);
      for (const values of seen) context.equal(values.length, 1, "different commits in one read");
    },
  },

  "02 of twenty storages on one path each has its snapshot, one commits, and all go on": {
    clauses: ["storages.shared", "isolation.begin", "conflict.typed", "conflict.reusable"],
    run: async (context) => {
      await context.create({ c: { n: "0" } });
      const storages = await Promise.all(Array.from({ length: STORAGES }, () => context.open()));
      const begun = storages.map(async (storage, i) => {
        await storage.begin();
        await storage.setContainerItem("c", "n", String(i + 1));
        return await storage.getContainerItem("c", "n");
      });
      const own = storages.map((_, i) => String(i + 1));
      context.equal(await Promise.all(begun), own, "what each sees before any commits");
      const ends = await Promise.allSettled(storages.map((storage) => storage.commit()));
      const committed = ends.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
      context.equal(committed.length, 1, "commits of twenty that began before any of them");
      for (const end of ends) {
        if (end.status === "fulfilled") continue;
        await context.rejects(() => Promise.reject(end.reason), "TRANSACTION_CONFLICT", "a loser");
      }
      const winner = String((committed[0] as number) + 1);
      await allSee(context, storages, winner);
      await storages.at(-1)?.setContainerItem("c", "n", "last");
      // Who has closed must take nothing along that others stand on.
      for (const storage of storages.splice(0, STORAGES / 2)) await storage.close();
      await allSee(context, storages, "last");
    },
  },
});

async function allSee(
  context: Context,
  storages: readonly Storage[],
  value: string,
): Promise<void> {
  const seen = await Promise.all(storages.map((storage) => storage.getContainerItem("c", "n")));
  context.equal(distinct(seen), [value], "what all see");
}
