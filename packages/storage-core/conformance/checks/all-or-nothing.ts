/** BULK: calls for many items of which one cannot be written. */
import type { Items } from "../../src/items.ts";
import type { ValueInput } from "../../src/values.ts";
import { type Check, group } from "../check.ts";
import { contentsOf } from "../context.ts";
import { generate, inBoth, numbered, type Pair } from "../pairs.ts";

const thrown = new Error("the iterable failed");

/** Some items, and then an error. */
function* failing(count: number): Generator<Pair> {
  yield* numbered(count);
  throw thrown;
}

async function* failingAsync(count: number): AsyncGenerator<Pair> {
  yield* failing(count);
}

/** The items without a pause in between. */
async function* withoutPause(items: Iterable<Pair>): AsyncGenerator<Pair> {
  yield* items;
}

export const allOrNothingChecks: readonly Check[] = group("BULK", {
  "05 an iterable that throws leaves nothing written": {
    clauses: ["items.all-or-nothing"],
    run: async (context) => {
      const storage = await context.create({ c: { k000000: "old", kept: "1" } });
      const before = { c: { k000000: "old", kept: "1" } };
      const sources: Readonly<Record<string, () => Items<ValueInput>>> = {
        "a generator, at once": () => failing(0),
        "a generator": () => failing(3),
        "a generator, late": () => failing(1000),
        "an async generator": () => failingAsync(3),
        "an async generator, late": () => failingAsync(1000),
      };
      for (const [what, make] of Object.entries(sources)) {
        await inBoth(storage, async (where) => {
          const error = await storage.setContainerItems("c", make()).catch((reason) => reason);
          context.ok(error === thrown, `${what} fails with its own error ${where}`);
          context.equal(await contentsOf(storage), before, `after ${what} ${where}`);
        });
      }
      const error = await storage
        .deleteContainerItems(
          "c",
          (function* () {
            yield "kept";
            throw thrown;
          })(),
        )
        .catch((reason) => reason);
      context.ok(error === thrown, "deleting keys of a generator that fails");
      context.equal(await context.contents(), before, "at the end");
    },
  },

  "10 one bad item leaves nothing written": {
    clauses: ["items.all-or-nothing", "values.refuse"],
    run: async (context) => {
      const storage = await context.create({ c: { k000000: "old" } });
      const bad: Readonly<Record<string, { pair: unknown; refusal: string }>> = {
        "a value that is none": { pair: ["a", null], refusal: "TypeError" },
        "a key that is none": { pair: [undefined, "1"], refusal: "TypeError" },
        "a key that is too long": { pair: ["x".repeat(1025), "1"], refusal: "LIMIT" },
        "no pair": { pair: "ab", refusal: "TypeError" },
        "a lone surrogate": { pair: ["a", "\ud800"], refusal: "TypeError" },
      };
      for (const [what, { pair, refusal }] of Object.entries(bad)) {
        for (const count of [2, 1000]) {
          const items = [...numbered(count), pair as Pair, ["last", "1"] as Pair];
          await inBoth(storage, async (where) => {
            for (const [source, make] of Object.entries({
              "an array": () => items,
              "a generator": () => generate(items),
              "an async generator": () => withoutPause(items),
            })) {
              const call = `${what} behind ${count} good items of ${source} ${where}`;
              await context.rejects(() => storage.setContainerItems("c", make()), refusal, call);
            }
            context.equal(await contentsOf(storage), { c: { k000000: "old" } }, `${what} ${where}`);
          });
        }
      }
      context.equal(await context.contents(), { c: { k000000: "old" } }, "what is there");
    },
  },
});
