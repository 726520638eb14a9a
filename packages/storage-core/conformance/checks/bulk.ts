/** BULK: many items in one call. */
import { bytes } from "../../src/encodings.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { type Context, contentsOf } from "../context.ts";
import { difference } from "../difference.ts";
import { turnsDuring } from "../event-loop.ts";
import { generate, generateAsync, inBoth, numbered, type Pair } from "../pairs.ts";
import { allOrNothingChecks } from "./all-or-nothing.ts";
import { collectionChecks } from "./collections.ts";

/** Sets, reads and deletes so many items, each in one call, and looks at the first and the last half of them in between. */
async function manyAtOnce(context: Context, count: number): Promise<void> {
  const storage = await context.create({ c: { z: "kept" } });
  const items = numbered(count);
  await storage.setContainerItems("c", items);
  context.equal(await storage.getContainerLen("c"), count + 1, "length");
  const keys = items.map(([key]) => key);
  const all = await storage.getContainerItems("c", keys);
  context.equal(difference(all, items), "none", "all of them, read in one call");
  const inOrder = [...items, ["z", "kept"]];
  const entries = await collect(storage.container("c").entries());
  context.equal(difference(entries, inOrder), "none", "all of them, in order");
  const half = keys.slice(0, count / 2);
  await storage.begin();
  await storage.deleteContainerItems("c", half);
  context.equal(await storage.getContainerLen("c"), count / 2 + 1, "length without half of them");
  const found = await storage.getContainerItems("c", keys);
  const expected = items.map(([key, value], i) => [key, i < count / 2 ? undefined : value]);
  context.equal(
    difference(found, expected),
    "none",
    "all keys, with half deleted in a transaction",
  );
  await storage.commit();
  await storage.deleteContainerItems("c", keys);
  context.equal(await collect(storage.getContainerKeys("c")), ["z"], "when all were deleted");
}

const ownChecks = group("BULK", {
  "02 five thousand items": {
    clauses: ["items.set-many", "items.many"],
    run: (context) => manyAtOnce(context, 5000),
  },

  "03 more items than a statement has variables": {
    clauses: ["items.set-many", "items.many"],
    // The limits of SQL engines: 999, 32,766, 65,535.
    run: (context) => manyAtOnce(context, 66_000),
  },

  "07 many keys are deleted": {
    clauses: ["items.delete-missing", "items.overwrite"],
    run: async (context) => {
      const storage = await context.create();
      const sources: Readonly<Record<string, () => Iterable<string> | AsyncIterable<string>>> = {
        "an array": () => ["a", "missing", "b", "a"],
        "a Set": () => new Set(["a", "missing", "b"]),
        "a generator": () => generate<string>(["a", "missing", "b"]),
        "keys of a Map": () =>
          new Map([
            ["a", 1],
            ["b", 2],
          ]).keys(),
        "an async generator": () => generateAsync<string>(["a", "missing", "b"]),
      };
      await storage.addContainer("c");
      for (const [what, make] of Object.entries(sources)) {
        await inBoth(storage, async (where) => {
          await storage.setContainerItems("c", { a: "1", b: "2", kept: "3", ab: "4" });
          await storage.deleteContainerItems("c", make());
          context.equal(
            await contentsOf(storage),
            { c: { ab: "4", kept: "3" } },
            `${what} ${where}`,
          );
        });
      }
      for (const wrong of ["ab", { a: 1 }, 1, null, undefined]) {
        await context.rejects(
          () => storage.deleteContainerItems("c", wrong as unknown as string[]),
          "TypeError",
          `${JSON.stringify(wrong)} is no keys`,
        );
      }
      context.equal(await context.contents(), { c: { ab: "4", kept: "3" } }, "at the end");
    },
  },

  "08 many keys are answered in the order asked": {
    clauses: ["items.many"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1", b: "2", c: "3" } });
      const asked = ["c", "missing", "a", "c", "", "a", "missing"];
      const look = async (
        expected: readonly (string | undefined)[],
        where: string,
      ): Promise<void> => {
        const pairs = asked.map((key, i) => [key, expected[i]]);
        context.equal(await storage.getContainerItems("c", asked), pairs, where);
        const encoded = (await storage.getContainerItems("c", asked, bytes)).map(([key, value]) => [
          key,
          value && Buffer.from(value).toString(),
        ]);
        context.equal(encoded, pairs, `${where}, as bytes`);
      };
      await look(["3", undefined, "1", "3", undefined, "1", undefined], "outside of transactions");
      for (const [what, keys] of Object.entries({
        "a Set": new Set(["c", "a"]),
        "a generator": generate<string>(["c", "a"]),
        "an async generator": generateAsync<string>(["c", "a"]),
      })) {
        const pairs = await storage.getContainerItems("c", keys);
        context.equal(
          pairs,
          [
            ["c", "3"],
            ["a", "1"],
          ],
          `asked by ${what}`,
        );
      }
      await storage.begin();
      await look(["3", undefined, "1", "3", undefined, "1", undefined], "in a transaction");
      await storage.setContainerItems("c", { a: "own", missing: "set" });
      await storage.deleteContainerItem("c", "c");
      await look([undefined, "set", "own", undefined, undefined, "own", "set"], "with own writes");
      await storage.rollback();
    },
  },

  "09 no keys, no answers": {
    clauses: ["items.many"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" }, empty: {} });
      await inBoth(storage, async (where) => {
        for (const none of [
          [],
          new Set<string>(),
          generate<string>([]),
          generateAsync<string>([]),
        ]) {
          context.equal(await storage.getContainerItems("c", none), [], `no keys ${where}`);
        }
        context.equal(await storage.getContainerItems("empty", []), [], `none of none ${where}`);
        await storage.setContainerItem("c", "b", "2");
      });
    },
  },

  "13 many items let the event loop turn": {
    clauses: ["loop.alive", "items.set-many"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const count = 100_000;
      const items = async function* (): AsyncGenerator<Pair> {
        for (let i = 0; i < count; i++) yield [`k${i}`, "v"];
      };
      const turns = await turnsDuring(() => storage.setContainerItems("c", items()));
      context.ok(turns >= 3, `the event loop turned while items were set: ${turns} times`);
      context.equal(await storage.getContainerLen("c"), count, "length");
      const keys = async function* (): AsyncGenerator<string> {
        for (let i = 0; i < count; i++) yield `k${i}`;
      };
      const read = await turnsDuring(() => storage.getContainerItems("c", keys()));
      context.ok(read >= 3, `the event loop turned while keys were read: ${read} times`);
      const deleted = await turnsDuring(() => storage.deleteContainerItems("c", keys()));
      context.ok(deleted >= 3, `the event loop turned while items were deleted: ${deleted} times`);
      context.equal(await storage.getContainerLen("c"), 0, "length at the end");
    },
  },
});

/** All of the group; the others are in files of their own, by theme. */
export const bulkChecks: readonly Check[] = [
  ...ownChecks,
  ...allOrNothingChecks,
  ...collectionChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
