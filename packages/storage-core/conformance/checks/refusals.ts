/** KV: what is refused, with nothing written. */
import type { ContainerChanges, Value } from "../../src/driver.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { contentsOf } from "../context.ts";
import { failureOf, isTyped } from "../failure.ts";
import { observe } from "../observed.ts";

/** Not well-formed: no UTF-8 can hold them. */
const loneSurrogates = ["\ud800", "\udfff", "a\udbff", "\udc00a", "\udc00\ud800", "a\ud83d\u0000b"];

/** The same entries, up to the first long value; there it throws. */
function* upToLong(
  entries: ContainerChanges["entries"],
): Generator<readonly [string, Value | null]> {
  for (const entry of entries) {
    if ((entry[1]?.length ?? 0) >= 100_000) throw new Error("the engine takes no such value");
    yield entry;
  }
}

export const refusalChecks: readonly Check[] = group("KV", {
  "11 lone surrogates are refused": {
    clauses: ["values.refuse", "names.limit"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const container = storage.container("c");
      for (const bad of loneSurrogates) {
        const calls: Readonly<Record<string, () => unknown>> = {
          "a name": () => storage.addContainer(bad),
          "a name to read": () => storage.hasContainer(bad),
          "a name to delete": () => storage.deleteContainer(bad),
          "a name of items": () => storage.setContainerItem(bad, "k", "v"),
          "a short form's name": async () => await storage.container(bad).get("k"),
          "a key": () => storage.setContainerItem("c", bad, "v"),
          "a key to read": () => storage.getContainerItem("c", bad),
          "a key to look for": () => storage.hasContainerItem("c", bad),
          "a key to delete": () => storage.deleteContainerItem("c", bad),
          "a key among many": () =>
            storage.setContainerItems("c", [
              ["good", "v"],
              [bad, "v"],
            ]),
          "a key of an object": () => storage.setContainerItems("c", { good: "v", [bad]: "v" }),
          "a key among many to read": () => storage.getContainerItems("c", ["k", bad]),
          "a key among many to delete": () => storage.deleteContainerItems("c", ["k", bad]),
          "a value": () => storage.setContainerItem("c", "k", bad),
          "a value among many": () => storage.setContainerItems("c", { good: "v", k: bad }),
          "a lower bound": async () => await collect(container.keys({ gte: bad })),
          "an open lower bound": async () => await collect(container.keys({ gt: bad })),
          "an upper bound": async () => await collect(container.entries({ lte: bad })),
          "an open upper bound": async () => await collect(container.entries({ lt: bad })),
          "a prefix": async () => await collect(container.values({ prefix: bad })),
        };
        const look = async (where: string): Promise<void> => {
          for (const [what, call] of Object.entries(calls)) {
            await context.rejects(call, "TypeError", `${JSON.stringify(bad)} as ${what} ${where}`);
          }
        };
        await look("outside of transactions");
        await storage.begin();
        await look("in a transaction");
        await storage.commit();
      }
      context.equal(await context.contents(), { c: { k: "1" } }, "what is there");
      // Made whole, they are a pair.
      await storage.setContainerItem("c", "\ud83d\ude00", "\ud83d\ude00");
      context.equal(await storage.getContainerItem("c", "\u{1f600}"), "\u{1f600}", "a pair");
    },
  },

  "13 what is no text and no bytes is refused": {
    clauses: ["values.refuse"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const wrong: Readonly<Record<string, unknown>> = {
        null: null,
        undefined: undefined,
        "an object": {},
        "an array": ["a"],
        "a function": () => "v",
        "a symbol": Symbol("s"),
        "a date": new Date(0),
        "a buffer without a view": new ArrayBuffer(1),
        "a view of other numbers": new Uint16Array(1),
        "an object of a string": Object("text"),
        "a promise": Promise.resolve("v"),
      };
      for (const [what, value] of Object.entries(wrong)) {
        // As callers without types call.
        const bad = value as string;
        const calls: Readonly<Record<string, () => unknown>> = {
          "as a value": () => storage.setContainerItem("c", "k", bad),
          "as a value among many": () => storage.setContainerItems("c", { good: "v", k: bad }),
          "as a key": () => storage.setContainerItem("c", bad, "v"),
          "as a key among many": () =>
            storage.setContainerItems("c", [
              ["good", "v"],
              [bad, "v"],
            ]),
          "as a key to read": () => storage.getContainerItem("c", bad),
          "as a key to delete": () => storage.deleteContainerItem("c", bad),
          "as a key among many to read": () => storage.getContainerItems("c", ["k", bad]),
          "as a key among many to delete": () => storage.deleteContainerItems("c", ["k", bad]),
          "as a name": () => storage.addContainer(bad),
        };
        for (const [where, call] of Object.entries(calls)) {
          await context.rejects(call, "TypeError", `${what} ${where}`);
        }
      }
      await storage.begin();
      await context.rejects(
        () => storage.setContainerItems("c", { good: "v", k: undefined as unknown as string }),
        "TypeError",
        "undefined among many in a transaction",
      );
      await storage.commit();
      context.equal(await context.contents(), { c: { k: "1" } }, "what is there");
    },
  },

  "16 longer keys are refused": {
    clauses: ["keys.limit"],
    run: async (context) => {
      const storage = await context.create({ c: { k: "1" } });
      const container = storage.container("c");
      // The second has fewer than 1,024 characters.
      for (const long of ["x".repeat(1025), "\u00e9".repeat(513), "x".repeat(100_000)]) {
        const calls: Readonly<Record<string, () => unknown>> = {
          set: () => storage.setContainerItem("c", long, "v"),
          "set among many": () => storage.setContainerItems("c", { good: "v", [long]: "v" }),
          get: () => storage.getContainerItem("c", long),
          has: () => storage.hasContainerItem("c", long),
          "get among many": () => storage.getContainerItems("c", ["k", long]),
          delete: () => storage.deleteContainerItem("c", long),
          "delete among many": () => storage.deleteContainerItems("c", ["k", long]),
          "a bound": async () => await collect(container.keys({ gt: long })),
        };
        for (const [call, run] of Object.entries(calls)) {
          await context.rejects(run, "LIMIT", `${call} with ${Buffer.byteLength(long)} bytes`);
        }
      }
      context.equal(await context.contents(), { c: { k: "1" } }, "what is there");
    },
  },

  "17 a value that the engine does not take is written in no part": {
    clauses: ["items.all-or-nothing", "autocommit.group", "errors.typed"],
    run: async (context) => {
      await (await context.create({ c: { old: "1" } })).close();
      // No limit above 16 MiB is the contract's, so one is made: the engine's write fails when it comes to a long value.
      const limited = observe(context.target.storage.driver, (changes) =>
        changes.map((change) => ({
          ...change,
          entries: { [Symbol.iterator]: () => upToLong(change.entries) },
        })),
      );
      const storage = await limited.storage.open(context.path);
      try {
        const long = "x".repeat(100_000);
        const neighbours = [
          storage.setContainerItem("c", "before", "2"),
          failureOf(storage.setContainerItem("c", "m", long)),
          failureOf(storage.setContainerItems("c", { a: "3", m: long, z: "3" })),
          storage.setContainerItem("c", "n", "4"),
          storage.addContainer("added"),
        ];
        const settled = await Promise.all(neighbours);
        const refused = [settled[1], settled[2]];
        for (const error of refused) {
          context.ok(isTyped(error), "a write that the engine failed is a StorageError");
        }
        const kept = { before: "2", n: "4", old: "1" };
        context.equal(await contentsOf(storage), { added: {}, c: kept }, "beside the refused ones");
        await storage.begin();
        await storage.deleteContainerItem("c", "before");
        await storage.setContainerItem("c", "m", long);
        await storage.addContainer("another");
        context.ok(isTyped(await failureOf(storage.commit())), "so is a commit's failure");
        context.equal(await contentsOf(storage), { added: {}, c: kept }, "after that commit");
        await storage.setContainerItem("c", "old", "5");
        context.equal(await storage.getContainerItem("c", "old"), "5", "the next write");
      } finally {
        await storage.close();
      }
    },
  },
});
