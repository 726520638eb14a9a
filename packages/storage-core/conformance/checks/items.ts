/** KV: what becomes of an item. */
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { turnsDuring } from "../event-loop.ts";
import { Random } from "../random.ts";
import { bufferChecks } from "./buffers.ts";
import { encodingChecks } from "./encodings.ts";
import { keyChecks } from "./keys.ts";
import { refusalChecks } from "./refusals.ts";
import { updateChecks } from "./updates.ts";
import { valueChecks } from "./values.ts";

const ownChecks = group("KV", {
  "02 a missing key reads as undefined": {
    clauses: ["items.missing"],
    run: async (context) => {
      const storage = await context.create({ c: { there: "1" } });
      const look = async (where: string): Promise<void> => {
        context.equal(await storage.getContainerItem("c", "missing"), undefined, `get ${where}`);
        context.equal(await storage.getContainerItem("c", "ther"), undefined, `a prefix ${where}`);
        context.equal(await storage.hasContainerItem("c", "missing"), false, `has ${where}`);
        context.equal(await storage.hasContainerItem("c", "there"), true, `has, there, ${where}`);
        context.equal(
          await storage.getContainerItems("c", ["missing", "there"]),
          [
            ["missing", undefined],
            ["there", "1"],
          ],
          `many ${where}`,
        );
      };
      await look("outside of transactions");
      await storage.begin();
      await storage.setContainerItem("c", "other", "2");
      await look("in a transaction");
      await storage.rollback();
    },
  },

  "03 a set replaces": {
    clauses: ["items.overwrite", "values.round-trip"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "a long first value" } });
      await storage.setContainerItem("c", "k", "short");
      context.equal(await storage.getContainerItem("c", "k"), "short", "after a second set");
      await storage.setContainerItem("c", "k", new Uint8Array([0x62]));
      context.equal(await context.contents(), { c: { k: "b" } }, "text replaced by bytes");
      await storage.begin();
      await storage.setContainerItem("c", "k", "3");
      await storage.setContainerItem("c", "k", "4");
      context.equal(await storage.getContainerItem("c", "k"), "4", "replaced in a transaction");
      await storage.commit();
      context.equal(await context.contents(), { c: { k: "4" } }, "after commit");
    },
  },

  "18 deleting a missing key is silent": {
    clauses: ["items.delete-missing"],
    run: async (context) => {
      const storage = await context.create({ c: { kept: "1" } });
      await storage.deleteContainerItem("c", "missing");
      await storage.deleteContainerItem("c", "missing");
      await storage.deleteContainerItems("c", ["missing", "neither", "kep"]);
      await storage.begin();
      await storage.deleteContainerItem("c", "missing");
      await storage.setContainerItem("c", "fleeting", "2");
      await storage.deleteContainerItem("c", "fleeting");
      await storage.deleteContainerItem("c", "fleeting");
      await storage.commit();
      context.equal(await context.contents(), { c: { kept: "1" } }, "what is left");
    },
  },

  "19 deleted, then set": {
    clauses: ["items.overwrite"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "old" } });
      await storage.begin();
      await storage.deleteContainerItem("c", "k");
      await storage.setContainerItem("c", "k", "new");
      context.equal(await storage.getContainerItem("c", "k"), "new", "in the transaction");
      context.equal(await storage.getContainerLen("c"), 1, "length in the transaction");
      await storage.commit();
      context.equal(await context.contents(), { c: { k: "new" } }, "after commit");
      await storage.deleteContainerItem("c", "k");
      await storage.setContainerItem("c", "k", "newer");
      context.equal(await context.contents(), { c: { k: "newer" } }, "outside of transactions");
    },
  },

  "20 set, then deleted": {
    clauses: ["items.overwrite"],
    run: async (context) => {
      const storage = await context.create({ c: { old: "1" } });
      await storage.begin();
      await storage.setContainerItem("c", "old", "2");
      await storage.setContainerItem("c", "new", "3");
      await storage.deleteContainerItem("c", "old");
      await storage.deleteContainerItem("c", "new");
      context.equal(await storage.getContainerItem("c", "old"), undefined, "in the transaction");
      context.equal(await storage.hasContainerItem("c", "new"), false, "has in the transaction");
      context.equal(await storage.getContainerLen("c"), 0, "length in the transaction");
      await storage.commit();
      context.equal(await context.contents(), { c: {} }, "after commit");
      await storage.setContainerItem("c", "k", "4");
      await storage.deleteContainerItem("c", "k");
      context.equal(await context.contents(), { c: {} }, "outside of transactions");
    },
  },

  "21 set, then cleared": {
    clauses: ["items.overwrite", "containers.clear"],
    run: async (context) => {
      const storage = await context.create({ c: { old: "1", other: "2" } });
      await storage.begin();
      await storage.setContainerItem("c", "old", "3");
      await storage.setContainerItem("c", "new", "4");
      await storage.clearContainer("c");
      context.equal(await storage.getContainerItem("c", "new"), undefined, "in the transaction");
      context.equal(await storage.getContainerLen("c"), 0, "length in the transaction");
      await storage.commit();
      context.equal(await context.contents(), { c: {} }, "after commit");
      await storage.setContainerItem("c", "k", "5");
      await storage.clearContainer("c");
      context.equal(await context.contents(), { c: {} }, "outside of transactions");
    },
  },

  "22 cleared, then set": {
    clauses: ["items.overwrite", "containers.clear"],
    run: async (context) => {
      const storage = await context.create({ c: { old: "1", other: "2" } });
      await storage.begin();
      await storage.clearContainer("c");
      await storage.setContainerItem("c", "old", "3");
      await storage.setContainerItem("c", "new", "4");
      await storage.deleteContainerItem("c", "other");
      const inside = await collect(storage.container("c").entries());
      const expected = { new: "4", old: "3" };
      context.equal(Object.fromEntries(inside), expected, "in the transaction");
      context.equal(await storage.getContainerItem("c", "other"), undefined, "what was cleared");
      context.equal(await storage.getContainerLen("c"), 2, "length in the transaction");
      await storage.commit();
      context.equal(await context.contents(), { c: expected }, "after commit");
    },
  },

  "23 the length is exact": {
    clauses: ["items.count", "transaction.own"],
    run: async (context) => {
      const storage = await context.create({ c: {}, untouched: { a: "1" } });
      const expected = new Set<string>();
      const random = new Random(23);
      const step = async (): Promise<void> => {
        const key = `k${random.below(40)}`;
        if (random.next() < 0.6) {
          expected.add(key);
          await storage.setContainerItem("c", key, `${random.next()}`);
        } else {
          expected.delete(key);
          await storage.deleteContainerItem("c", key);
        }
      };
      for (let i = 0; i < 100; i++) {
        await step();
        context.equal(await storage.getContainerLen("c"), expected.size, `after call ${i}`);
      }
      await storage.begin();
      for (let i = 0; i < 200; i++) {
        await step();
        const length = await storage.getContainerLen("c");
        context.equal(length, expected.size, `in a transaction, after call ${i}`);
      }
      await storage.commit();
      context.equal(await storage.getContainerLen("c"), expected.size, "after commit");
      await storage.setContainerItems("c", Object.fromEntries(numbered(3000)));
      for (const key of expected) await storage.deleteContainerItem("c", key);
      context.equal(await storage.getContainerLen("c"), 3000, "with three thousand more");
      context.equal(await storage.getContainerLen("untouched"), 1, "of another container");
    },
  },

  "29 a loop of awaited reads lets the event loop turn": {
    clauses: ["loop.alive"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "v" } });
      const enough = 5;
      const reads: Readonly<Record<string, () => Promise<unknown>>> = {
        "outside of transactions": () => storage.getContainerItem("c", "k"),
        "of a missing key": () => storage.hasContainerItem("c", "missing"),
        "of a length": () => storage.getContainerLen("c"),
        "in transactions": () =>
          storage
            .transaction((tx) => tx.getContainerKeys("missing").next(), { readonly: true })
            .catch(() => {}),
        "that fail": () => storage.getContainerItem("missing", "k").catch(() => {}),
      };
      const loop = (read: () => Promise<unknown>): Promise<number> =>
        turnsDuring(async (turns) => {
          for (let i = 0; i < 200_000 && turns() < enough; i++) await read();
        });
      for (const [which, read] of Object.entries(reads)) {
        context.ok((await loop(read)) >= enough, `the event loop turned during reads ${which}`);
      }
      await storage.begin();
      await storage.setContainerItem("c", "own", "v");
      const own = await loop(() => storage.getContainerItem("c", "own"));
      context.ok(own >= enough, "the event loop turned during reads of own writes");
      const writes = await loop(() => storage.setContainerItem("c", "own", "w"));
      context.ok(writes >= enough, "the event loop turned during writes in a transaction");
      await storage.rollback();
    },
  },
});

function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => [`n${i}`, `${i}`]);
}

/** All of the group; the others are in files of their own, by theme. */
export const itemChecks: readonly Check[] = [
  ...ownChecks,
  ...bufferChecks,
  ...encodingChecks,
  ...keyChecks,
  ...refusalChecks,
  ...updateChecks,
  ...valueChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
