/** ITER: order and ranges, on keys that are easily put in another order. */
import type { Operations } from "../../src/operations.ts";
import type { Range } from "../../src/range.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import type { Context } from "../context.ts";
import { difference } from "../difference.ts";
import { byBytes, hostileCharacters, hostileKeys } from "../hostile-keys.ts";
import { inRange } from "../model/in-range.ts";
import type { Times } from "../profile.ts";
import { Random } from "../random.ts";

/** How many ranges are looked at, and how often a transaction goes on writing in between. */
const RANGES: Times = { quick: 400, full: 20_000 };
const ROUNDS: Times = { quick: 3, full: 50 };

type Items = ReadonlyMap<string, string>;
/** Some of the bounds, some direction, some limit. Bounds are keys that may be there, or lie between those that are. */
function randomRange(random: Random): Range {
  const bound = (): string =>
    random.pick(hostileKeys) + (random.next() < 0.2 ? random.pick(hostileCharacters) : "");
  return {
    ...(random.next() < 0.3 && { gt: bound() }),
    ...(random.next() < 0.3 && { gte: bound() }),
    ...(random.next() < 0.3 && { lt: bound() }),
    ...(random.next() < 0.3 && { lte: bound() }),
    ...(random.next() < 0.2 && { prefix: random.pick(hostileKeys) }),
    ...(random.next() < 0.5 && { reverse: random.next() < 0.8 }),
    ...(random.next() < 0.3 && { limit: random.below(12) }),
  };
}

/** Looks at ranges of a container and compares each with what the model says. */
async function rangesHold(
  context: Context,
  from: Operations,
  id: string,
  items: Items,
  ranges: Iterable<Range>,
  where: string,
): Promise<void> {
  const container = from.container(id);
  for (const range of ranges) {
    const expected = inRange(items, range);
    const what = `of the range ${JSON.stringify(range)} ${where}`;
    const entries = await collect(container.entries(range));
    context.equal(difference(entries, expected), "none", `entries ${what}`);
    context.equal(difference(await container.list(range), expected), "none", `list ${what}`);
    const keys = await collect(container.keys(range));
    context.equal(
      difference(
        keys,
        expected.map(([key]) => key),
      ),
      "none",
      `keys ${what}`,
    );
  }
}

function* randomRanges(random: Random, count: number): Generator<Range> {
  for (let i = 0; i < count; i++) yield randomRange(random);
}

/** Each character as each single bound, in both directions: what is most easily wrong by one. */
function* singleBounds(): Generator<Range> {
  for (const bound of [...hostileCharacters, ""]) {
    for (const reverse of [false, true]) {
      for (const name of ["gt", "gte", "lt", "lte", "prefix"]) yield { [name]: bound, reverse };
    }
  }
}

const valued = (keys: readonly string[], value = "v"): Map<string, string> =>
  new Map(keys.map((key, i) => [key, `${value}${i}`]));

export const rangeChecks: readonly Check[] = group("ITER", {
  "10 the order is that of UTF-8": {
    clauses: ["iteration.order"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const items = valued(hostileKeys);
      await storage.setContainerItems("c", items);
      const container = storage.container("c");
      const look = async (where: string): Promise<void> => {
        for (const reverse of [false, true]) {
          const entries = inRange(items, { reverse });
          const keys = entries.map(([key]) => key);
          const values = entries.map(([, value]) => value);
          const what = `${reverse ? " in reverse" : ""} ${where}`;
          const found = await collect(container.entries({ reverse }));
          context.equal(difference(found, entries), "none", `entries${what}`);
          const foundKeys = await collect(storage.getContainerKeys("c", { reverse }));
          context.equal(difference(foundKeys, keys), "none", `keys${what}`);
          const foundValues = await collect(container.values({ reverse }));
          context.equal(difference(foundValues, values), "none", `values${what}`);
        }
      };
      await look("outside of transactions");
      await storage.begin();
      await storage.deleteContainerItem("c", "\uffff");
      await storage.setContainerItem("c", "\uffff", items.get("\uffff") as string);
      await look("in a transaction");
      await storage.commit();
    },
  },

  "13 ranges, compared with a model": {
    clauses: ["iteration.range", "iteration.order", "iteration.list"],
    run: async (context) => {
      const storage = await context.create({ c: {}, empty: {} });
      const items = valued(hostileKeys);
      await storage.setContainerItems("c", items);
      const where = "outside of transactions";
      await rangesHold(context, storage, "c", items, singleBounds(), where);
      await rangesHold(
        context,
        storage,
        "c",
        items,
        randomRanges(new Random(13), context.times(RANGES)),
        where,
      );
      await rangesHold(context, storage, "empty", new Map(), singleBounds(), `${where}, empty`);
      // Bounds that leave nothing, or make each other void.
      const odd: readonly Range[] = [
        { gt: "a", lt: "a" },
        { gte: "a", lte: "a" },
        { gt: "a", lte: "a" },
        { gte: "b", lte: "a" },
        { gt: "a", gte: "\0", prefix: "" },
        { prefix: "\u{10ffff}" },
        { prefix: "\u{10ffff}\u{10ffff}" },
        { prefix: "\ud7ff" },
        { prefix: "a", gt: "a\x80", lte: "a\uffff", limit: 3, reverse: true },
        { limit: 0 },
        { limit: Number.POSITIVE_INFINITY },
        {},
      ];
      await rangesHold(context, storage, "c", items, odd, where);
    },
  },

  "14 ranges of a transaction, compared with a model": {
    clauses: ["iteration.range", "iteration.order", "transaction.own"],
    run: async (context) => {
      const random = new Random(14);
      const half = hostileKeys.filter(() => random.next() < 0.5);
      const storage = await context.create({ c: {}, cleared: {} });
      const items = valued(half);
      await storage.setContainerItems("c", items);
      await storage.setContainerItems("cleared", items);
      await storage.begin();
      await storage.clearContainer("cleared");
      await storage.addContainer("new");
      const own = new Map<string, string>();
      for (let round = 0; round < context.times(ROUNDS); round++) {
        for (let i = 0; i < 30; i++) {
          const key = random.pick(hostileKeys);
          const value = `own ${round} ${i}`;
          const deleted = random.next() < 0.4;
          for (const [id, model] of [
            ["c", items],
            ["cleared", own],
            ["new", own],
          ] as const) {
            if (deleted) await storage.deleteContainerItem(id, key);
            else await storage.setContainerItem(id, key, value);
            if (deleted) model.delete(key);
            else model.set(key, value);
          }
        }
        const where = `with own writes, round ${round}`;
        await rangesHold(context, storage, "c", items, singleBounds(), where);
        await rangesHold(context, storage, "c", items, randomRanges(random, 150), where);
        for (const id of ["cleared", "new"]) {
          await rangesHold(context, storage, id, own, randomRanges(random, 50), `${id}, ${where}`);
        }
      }
      await storage.commit();
      await rangesHold(context, storage, "c", items, singleBounds(), "after commit");
      await rangesHold(context, storage, "cleared", own, singleBounds(), "cleared, after commit");
      await rangesHold(context, storage, "new", own, singleBounds(), "new, after commit");
    },
  },

  "15 containers come in the order of UTF-8": {
    clauses: ["iteration.order", "containers.list", "transaction.own"],
    run: async (context) => {
      const storage = await context.create();
      const names = hostileKeys.filter((name) => name !== "");
      const inOrder = (list: readonly string[]): string[] => [...list].sort(byBytes);
      const committed = names.filter((_, i) => i % 2 === 0);
      await storage.begin();
      for (const name of committed) await storage.addContainer(name);
      const first = await storage.listContainers();
      context.equal(difference(first, inOrder(committed)), "none", "all of them new");
      await storage.commit();
      const second = await storage.listContainers();
      context.equal(difference(second, inOrder(committed)), "none", "committed");
      await storage.begin();
      for (const name of names) {
        if (!committed.includes(name)) await storage.addContainer(name);
      }
      const third = await storage.listContainers();
      context.equal(difference(third, inOrder(names)), "none", "new ones among them");
      const left = names.filter((_, i) => i % 3 !== 0);
      for (const name of names) if (!left.includes(name)) await storage.deleteContainer(name);
      const fourth = await storage.listContainers();
      context.equal(difference(fourth, inOrder(left)), "none", "deleted ones no more");
      await storage.commit();
      const other = await context.open();
      const fifth = await other.listContainers();
      context.equal(difference(fifth, inOrder(left)), "none", "committed again");
    },
  },

  "20 limits around the size of a page": {
    clauses: ["iteration.range", "iteration.complete"],
    run: async (context) => {
      const keys = Array.from({ length: 1100 }, (_, i) => `k${10_000 + i}`);
      const items = valued(keys);
      const storage = await context.create({ c: {}, half: {} });
      await storage.setContainerItems("c", items);
      await storage.setContainerItems(
        "half",
        [...items].filter((_, i) => i % 2 === 0),
      );
      const limits = [
        1, 99, 100, 101, 255, 256, 257, 511, 512, 513, 768, 1000, 1024, 1099, 1100, 1101,
      ];
      const ranges = limits.flatMap((limit): Range[] => [
        { limit },
        { limit, reverse: true },
        { limit, gt: "k10005", lte: "k11090" },
        { limit, gte: "k10005", lt: "k11090", reverse: true },
      ]);
      await rangesHold(context, storage, "c", items, ranges, "outside of transactions");
      await storage.begin();
      await storage.setContainerItems(
        "half",
        [...items].filter((_, i) => i % 2 === 1),
      );
      await rangesHold(context, storage, "half", items, ranges, "half of them own writes");
      const left = new Map(items);
      for (const key of keys.filter((_, i) => i % 5 === 0)) {
        left.delete(key);
        await storage.deleteContainerItem("half", key);
      }
      await rangesHold(context, storage, "half", left, ranges, "a fifth of them deleted");
      await storage.rollback();
    },
  },

  "21 a range that makes no sense is refused": {
    clauses: ["iteration.range", "values.refuse"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const container = storage.container("c");
      const wrong: Readonly<Record<string, unknown>> = {
        "a negative limit": { limit: -1 },
        "a limit of a half": { limit: 0.5 },
        "a limit that is no number": { limit: Number.NaN },
        "a limit as text": { limit: "1" },
        "a limit of null": { limit: null },
        "a direction as text": { reverse: "yes" },
        "a name that is none": { from: "a" },
        "a name of another library": { start: "a", end: "b" },
        "a bound of null": { gt: null },
        "an object as a bound": { lte: {} },
        "bytes as a bound": { gte: new Uint8Array(1) },
        "a prefix of null": { prefix: null },
        null: null,
        "a text": "a",
        "a number": 1,
      };
      for (const [what, range] of Object.entries(wrong)) {
        const calls: Readonly<Record<string, (range: Range) => AsyncIterable<unknown>>> = {
          entries: (bad) => container.entries(bad),
          keys: (bad) => container.keys(bad),
          values: (bad) => container.values(bad),
          getContainerKeys: (bad) => storage.getContainerKeys("c", bad),
        };
        for (const [call, iterate] of Object.entries(calls)) {
          const run = async (): Promise<unknown> => await collect(iterate(range as Range));
          await context.rejects(run, "TypeError", `${what} to ${call}`);
        }
      }
      // An absent bound is none.
      const bounds = {
        gt: undefined,
        lte: undefined,
        limit: undefined,
        reverse: undefined,
      } as Range;
      context.equal(await collect(container.keys(bounds)), ["a"], "bounds that are undefined");
    },
  },
});
