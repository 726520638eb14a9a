/** ERR: wrong arguments and wrong moments. */
import { inspect } from "node:util";
import type { Operations } from "../../src/operations.ts";
import { type Check, group } from "../check.ts";
import { type Context, contentsOf, refusalOf } from "../context.ts";
import { INTERNAL_METHODS, methodsOf } from "../methods.ts";

type Method = (...args: unknown[]) => unknown;

/** What answers no promise: an iteration, and the short form itself. */
const NO_PROMISE = ["container", "getContainerKeys", "entries", "keys", "values"];

/** Anything but what is asked for. */
const GARBAGE: readonly unknown[] = [
  undefined,
  null,
  5,
  "",
  "\ud800",
  "x".repeat(2000),
  {},
  [],
  [[]],
  [undefined],
  Symbol("garbage"),
  () => "garbage",
  new Date(0),
  Object.create(null),
  {
    get [Symbol.iterator]() {
      throw new TypeError("a getter that throws");
    },
  },
  {
    [Symbol.toPrimitive]() {
      throw new TypeError("a conversion that throws");
    },
  },
];

const KEYS: readonly unknown[] = [undefined, null, {}, ["a"], Symbol("a"), () => "a", "\udc00"];
const VALUES: readonly unknown[] = [...KEYS, new Date(0), new Map(), new ArrayBuffer(1), /a/];
const LISTS: readonly unknown[] = [undefined, null, 5, "ab", new Date(0), () => [], Symbol("a")];
const OPTIONS: readonly unknown[] = [
  null,
  5,
  { retry: 1 },
  { retries: -1 },
  { retries: "1" },
  { retries: Number.NaN },
  { timeout: -1 },
  { timeout: "1" },
  { signal: {} },
  { signal: null },
  { readonly: "yes" },
];

/** Wrong arguments of a right number, each a `TypeError`. */
function* wrongCalls(on: Operations): Generator<[string, () => unknown]> {
  const method = (name: string, ...args: unknown[]): [string, () => unknown] => [
    `${name}(${args.map((each) => inspect(each)).join(", ")})`,
    () => (on as unknown as Record<string, Method>)[name]?.(...args),
  ];
  for (const key of KEYS) {
    yield method("getContainerItem", "c", key);
    yield method("hasContainerItem", "c", key);
    yield method("deleteContainerItem", "c", key);
    yield method("setContainerItem", "c", key, "1");
    yield method("getContainerItems", "c", [key]);
    yield method("deleteContainerItems", "c", ["a", key]);
    yield method("setContainerItems", "c", [[key, "1"]]);
  }
  for (const value of VALUES) {
    yield method("setContainerItem", "c", "a", value);
    yield method("setContainerItems", "c", [
      ["a", "1"],
      ["b", value],
    ]);
    yield method("setContainerItems", "c", { b: value });
  }
  for (const list of LISTS) {
    yield method("getContainerItems", "c", list);
    yield method("deleteContainerItems", "c", list);
    yield method("setContainerItems", "c", list);
  }
  for (const pair of [undefined, null, 5, "ab", {}, [], ["a"], ["a", "1", "2"]]) {
    yield method("setContainerItems", "c", [pair]);
  }
  yield method("getContainerItem", "c", "a", null);
  yield method("getContainerItems", "c", ["a"], null);
}

/** Every method that answers a promise, with whatever: it never throws, and what it rejects with has a name. */
async function neverThrows(
  context: Context,
  object: object,
  except: readonly string[],
  where: string,
): Promise<void> {
  const left = [...NO_PROMISE, ...INTERNAL_METHODS, ...except];
  for (const name of methodsOf(object).filter((each) => !left.includes(each))) {
    const key = name.startsWith("Symbol(") ? Symbol.asyncDispose : name;
    const method = (object as Record<PropertyKey, unknown>)[key] as Method;
    for (const garbage of GARBAGE) {
      let answer: unknown;
      try {
        answer = method.call(object, garbage, garbage, garbage);
      } catch (error) {
        answer = error;
      }
      const what = `what ${name}() answers ${where}`;
      context.equal(answer instanceof Promise, true, `${what}, a promise`);
      const outcome = await Promise.resolve(answer).then(() => "resolved", refusalOf);
      context.ok(/^[A-Za-z_]+$/.test(outcome), `${what} comes to: ${outcome}`);
    }
  }
}

export const misuseChecks: readonly Check[] = group("ERR", {
  "05 no method that answers a promise throws": {
    clauses: ["errors.async", "errors.typed"],
    run: async (context) => {
      const seed = { c: { a: "1", b: "2" } };
      const storage = await context.create(seed);
      for (const begin of [false, true]) {
        const on = begin ? await storage.begin() : storage;
        for (const [what, call] of wrongCalls(on)) await context.rejects(call, "TypeError", what);
      }
      context.equal(await contentsOf(storage), seed, "the transaction after wrong calls");
      await storage.commit();
      const transaction = storage.transaction.bind(storage) as Method;
      for (const run of [undefined, null, 5, "run", {}, [], Promise.resolve()]) {
        await context.rejects(() => transaction(run), "TypeError", `transaction(${String(run)})`);
      }
      for (const options of OPTIONS) {
        const call = (): unknown => transaction(() => "run", options);
        await context.rejects(call, "TypeError", `transaction with ${JSON.stringify(options)}`);
      }
      context.equal(await context.contents(), seed, "what is stored");

      const ends = ["clear", "close", "commit", "rollback", "Symbol(Symbol.asyncDispose)"];
      await neverThrows(context, storage, ends, "of an open storage");
      await storage.rollback();
      const tx = await storage.begin();
      await neverThrows(context, tx, ends, "of an open transaction");
      await neverThrows(context, tx.container("c"), [], "of a container in it");
      await storage.rollback();
      await neverThrows(context, tx, [], "of a transaction that is over");
      await neverThrows(context, tx.container("c"), [], "of a container in that");
      context.equal(await context.contents(), seed, "what is stored at last");
      const reader = await context.open({ readonly: true });
      await neverThrows(context, reader, ends, "of a read-only storage");
      await reader.rollback();
      await storage.close();
      await neverThrows(context, storage, [], "of a closed storage");
      await neverThrows(context, storage.container("c"), [], "of a container of that");

      const opener = context.target.storage as { open: Method };
      for (const garbage of GARBAGE.filter((each) => typeof each !== "string" || each === "")) {
        await context.rejects(() => opener.open(garbage), "TypeError", "open of garbage");
      }
    },
  },
});
