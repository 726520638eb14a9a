/** BULK: what items and keys may be given as, and when they are read. */
import type { Items } from "../../src/items.ts";
import type { ValueInput } from "../../src/values.ts";
import { type Check, group } from "../check.ts";
import { contentsOf } from "../context.ts";
import { MANY_TURNS, withGate } from "../event-loop.ts";
import { awaitedLater } from "../failure.ts";
import { generate, generateAsync, inBoth, numbered, type Pair } from "../pairs.ts";

export const collectionChecks: readonly Check[] = group("BULK", {
  "01 items from all that has pairs": {
    clauses: ["items.set-many"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const pairs: readonly Pair[] = [
        ["b", "2"],
        ["a", "1"],
        ["", "0"],
      ];
      const object = Object.fromEntries(pairs);
      const sources: Readonly<Record<string, () => Items<ValueInput>>> = {
        "a Map": () => new Map(pairs),
        "an array": () => pairs,
        "a Set": () => new Set(pairs),
        "an object": () => object,
        "an object without a prototype": () => Object.assign(Object.create(null), object),
        "a generator": () => generate(pairs),
        "an iterator of a Map": () => new Map(pairs).entries(),
        "an async generator": () => generateAsync(pairs),
        "a stream": () =>
          new ReadableStream({
            start(controller) {
              for (const pair of pairs) controller.enqueue(pair);
              controller.close();
            },
          }),
      };
      for (const [what, make] of Object.entries(sources)) {
        await inBoth(storage, async (where) => {
          await storage.clearContainer("c");
          await storage.setContainerItems("c", make());
          context.equal(await contentsOf(storage), { c: object }, `${what} ${where}`);
        });
      }
      for (const [what, none] of Object.entries({
        "a text": "ab",
        "a number": 1,
        null: null,
        undefined: undefined,
        "an object of a class": new (class {
          a = "1";
        })(),
        "an array of texts": ["ab"],
        "pairs of one": [["a"]],
        "pairs of three": [["a", "1", "2"]],
      })) {
        await context.rejects(
          () => storage.setContainerItems("c", none as unknown as readonly Pair[]),
          "TypeError",
          `${what} is no items`,
        );
      }
      context.equal(await contentsOf(storage), { c: object }, "at the end");
    },
  },

  "04 the last duplicate wins": {
    clauses: ["items.set-many"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "0" } });
      const twice: Pair[] = [
        ["k", "1"],
        ["other", "a"],
        ["k", "2"],
        ["other", "b"],
        ["k", "3"],
      ];
      const expected = { c: { k: "3", other: "b" } };
      for (const [what, items] of Object.entries({
        array: twice,
        generator: generate(twice),
        async: generateAsync(twice),
      })) {
        await storage.setContainerItems("c", items);
        context.equal(await contentsOf(storage), expected, `from ${what}`);
        await storage.clearContainer("c");
      }
      await storage.begin();
      await storage.setContainerItems("c", twice);
      context.equal(await contentsOf(storage), expected, "in a transaction");
      await storage.commit();
      context.equal(await context.contents(), expected, "after commit");
      await storage.setContainerItems(
        "c",
        new Map<number | string, string>([
          [1, "number"],
          ["1", "text"],
        ]),
      );
      context.equal(await storage.getContainerItem("c", 1), "text", "keys that are one as text");
    },
  },

  "06 no items are fine": {
    clauses: ["items.set-many", "containers.missing"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      await inBoth(storage, async (where) => {
        for (const none of [[], new Map(), {}, generate([]), generateAsync([])]) {
          await storage.setContainerItems("c", none as Items<ValueInput>);
        }
        await storage.deleteContainerItems("c", []);
        context.equal(await contentsOf(storage), { c: { k: "1" } }, `nothing changes ${where}`);
        for (const [call, run] of Object.entries({
          set: () => storage.setContainerItems("missing", []),
          "set of an object": () => storage.setContainerItems("missing", {}),
          "set from an async generator": () =>
            storage.setContainerItems("missing", generateAsync([])),
          delete: () => storage.deleteContainerItems("missing", []),
          get: () => storage.getContainerItems("missing", []),
        })) {
          const what = `${call} without items on a missing container ${where}`;
          await context.rejects(run, "CONTAINER_NOT_FOUND", what);
        }
      });
      context.equal(await context.contents(), { c: { k: "1" } }, "what is there");
    },
  },

  "11 a container is copied from its own iteration": {
    clauses: ["items.set-many", "iteration.snapshot"],
    run: async (context) => {
      const items = Object.fromEntries(numbered(1000));
      const storage = await context.create({ a: items, b: { old: "1" } });
      await storage.setContainerItems("b", storage.container("a").entries());
      context.equal(await storage.container("b").count(), 1001, "copied to another container");
      // Into the container that is read: what it grows by is not read again.
      const doubled = async function* (mark: string): AsyncGenerator<Pair> {
        for await (const [key, value] of storage.container("a").entries())
          yield [key + mark, value];
      };
      await storage.setContainerItems("a", doubled("!"));
      context.equal(await storage.container("a").count(), 2000, "copied into itself");
      await storage.begin();
      await storage.setContainerItem("a", "own", "2");
      await storage.deleteContainerItem("a", "k000000");
      await storage.addContainer("copy");
      await storage.setContainerItems("copy", storage.container("a").entries());
      context.equal(await storage.container("copy").count(), 2000, "copied in a transaction");
      await storage.setContainerItems("a", doubled("?"));
      await storage.deleteContainerItems("b", storage.container("b").keys({ prefix: "k" }));
      await storage.commit();
      const { a, b, copy } = await context.contents();
      context.equal(Object.keys(a ?? {}).length, 4000, "copied into itself in a transaction");
      context.equal(b, { old: "1" }, "deleted by its own keys");
      context.equal(
        [copy?.["own"], copy?.["k000000"], copy?.["k000000!"]],
        ["2", undefined, "0"],
        "own writes",
      );
      await storage.transaction((tx) => tx.setContainerItems("b", tx.container("copy").entries()));
      context.equal(await storage.container("b").count(), 2001, "copied in transaction()");
    },
  },

  "12 an async iterable may use the storage that it is read for": {
    clauses: ["items.set-many", "calls.order", "items.all-or-nothing"],
    run: (context) =>
      withGate(async (given) => {
        const storage = await context.create({ c: { a: "1" } });
        const busy = async function* (): AsyncGenerator<Pair> {
          yield ["read", (await storage.getContainerItem("c", "a")) ?? ""];
          await storage.setContainerItem("c", "b", "2");
          yield ["written", (await storage.getContainerItem("c", "b")) ?? ""];
          await storage.transaction((tx) => tx.setContainerItem("c", "t", "3"));
          yield ["own", (await storage.getContainerItem("c", "read")) ?? "not there yet"];
          await given.opened;
          yield ["last", "4"];
        };
        const set = awaitedLater(storage.setContainerItems("c", busy()));
        // A call that was made later does not wait for it, and is done before it.
        await storage.setContainerItem("c", "last", "an earlier one");
        context.equal(await storage.hasContainerItem("c", "read"), false, "before its end");
        given.open();
        await set;
        const expected = {
          a: "1",
          b: "2",
          last: "4",
          own: "not there yet",
          read: "1",
          t: "3",
          written: "2",
        };
        context.equal(await context.contents(), { c: expected }, "at the end");
        await storage.begin();
        const inside = async function* (): AsyncGenerator<Pair> {
          await storage.setContainerItem("c", "a", "5");
          yield ["inside", (await storage.getContainerItem("c", "a")) ?? ""];
          await storage.deleteContainerItem("c", "b");
          yield ["count", String(await storage.getContainerLen("c"))];
        };
        await storage.setContainerItems("c", inside());
        await storage.commit();
        const values = await storage.getContainerItems("c", ["a", "b", "inside", "count"]);
        context.equal(
          values.map(([, value]) => value),
          ["5", undefined, "5", "6"],
          "in a transaction",
        );
      }),
  },

  "14 a collection is taken as it is at the call": {
    clauses: ["items.all-or-nothing", "items.many", "calls.order"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const count = context.times(MANY_TURNS);
      const items = numbered(count);
      const keys = items.map(([key]) => key);
      const [array, map, set] = [[...items], new Map(items), new Set(items)];
      const object = Object.fromEntries(items);
      const sources: Readonly<Record<string, { items: Items<ValueInput>; empty: () => void }>> = {
        "an array": { items: array, empty: () => array.splice(0) },
        "a Map": { items: map, empty: () => map.clear() },
        "a Set": { items: set, empty: () => set.clear() },
        "an object": {
          items: object,
          empty: () => {
            for (const key of keys) delete object[key];
          },
        },
      };
      for (const [what, source] of Object.entries(sources)) {
        const done = storage.setContainerItems("c", source.items);
        // Nobody has waited yet, and so many are not read within a moment.
        source.empty();
        await done;
        context.equal(await storage.getContainerLen("c"), count, `items of ${what}`);
        await storage.clearContainer("c");
      }
      await storage.setContainerItems("c", items);
      const asked = [...keys];
      const read = storage.getContainerItems("c", asked);
      asked.length = 0;
      context.equal((await read).length, count, "keys that were asked for");
      const wanted = new Set(keys);
      const deleted = storage.deleteContainerItems("c", wanted);
      wanted.clear();
      await deleted;
      context.equal(
        await storage.getContainerLen("c"),
        0,
        "what is left of keys that were deleted",
      );
    },
  },
});
