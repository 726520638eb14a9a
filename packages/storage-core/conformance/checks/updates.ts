/** KV: reading and writing one item in one step. */
import { bytes, json } from "../../src/encodings.ts";
import { type Check, group } from "../check.ts";
import { refusalOf } from "../context.ts";

const CALLERS = 50;

const increment = (value: string | undefined): string => `${Number(value ?? 0) + 1}`;

export const updateChecks: readonly Check[] = group("KV", {
  "31 an update reads and writes in one step": {
    clauses: ["items.update"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const other = await context.open();
      const of = (on: typeof storage) => on.container("c");
      const answers = await Promise.all(
        Array.from({ length: CALLERS }, (_, i) =>
          of(i % 2 === 0 ? storage : other).update("n", increment),
        ),
      );
      const numbers = answers.map(Number).sort((a, b) => a - b);
      const expected = Array.from({ length: CALLERS }, (_, i) => i + 1);
      context.equal(numbers, expected, "what the callers are answered");
      context.equal(await of(other).get("n"), `${CALLERS}`, "the sum");

      await storage.begin();
      await of(storage).set("own", "7");
      await Promise.all([
        of(storage).update("own", increment),
        of(storage).update("own", increment),
      ]);
      context.equal(await of(storage).get("own"), "9", "in a transaction, with its own writes");
      context.equal(await of(other).get("own"), undefined, "outside of it");
      await storage.rollback();
      context.equal(await of(storage).get("own"), undefined, "when it was rolled back");

      await storage.begin();
      await of(other).update("n", increment);
      await of(storage).update("n", increment);
      await context.rejects(() => storage.commit(), "TRANSACTION_CONFLICT", "of an older state");
      context.equal(await of(storage).get("n"), `${CALLERS + 1}`, "what is left of both");
    },
  },

  "32 what an update answers is what is there": {
    clauses: ["items.update"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1", gone: "1" } });
      const c = storage.container("c");
      context.equal(await c.update("gone", () => undefined), undefined, "the answer for nothing");
      context.equal(await c.has("gone"), false, "whether it is there");
      context.equal(await c.update("none", () => undefined), undefined, "nothing for nothing");
      const list = storage.container("c", { encoding: json<number[]>() });
      await list.update("list", (old = []) => [...old, 1]);
      context.equal(await list.update("list", (old = []) => [...old, 2]), [1, 2], "as JSON");
      context.equal(await c.get("list"), "[1,2]", "its text");
      const raw = storage.container("c", { encoding: bytes });
      await raw.update("a", (old) => Uint8Array.from([...(old ?? []), 0xff]));
      context.equal(await raw.get("a"), Uint8Array.from([0x31, 0xff]), "as bytes");
      context.equal(await c.count(), 2, "how many there are");
    },
  },

  "33 an update that fails writes nothing": {
    clauses: ["items.update", "values.refuse"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      const c = storage.container("c");
      const failure = new Error("the function's own");
      const fails = c.update("a", () => {
        throw failure;
      });
      const neighbours = [c.update("a", increment), fails, c.update("a", increment)];
      const outcomes = await Promise.allSettled(neighbours);
      const thrown = outcomes[1]?.status === "rejected" ? outcomes[1].reason : undefined;
      context.ok(thrown === failure, "the function's error reaches the caller as it is");
      context.equal(await c.get("a"), "3", "what its neighbours have made");
      const wrong: Readonly<Record<string, () => unknown>> = {
        "that answers a promise": () => c.update("a", (async () => "4") as never),
        "that answers an object": () => c.update("a", (() => ({})) as never),
        "that is none": () => c.update("a", "4" as never),
      };
      for (const [what, call] of Object.entries(wrong)) {
        await context.rejects(call, "TypeError", `a function ${what}`);
      }
      const missing = storage.container("missing").update("a", increment);
      const refusal = await missing.then(() => "resolved", refusalOf);
      context.equal(refusal, "CONTAINER_NOT_FOUND", "of a missing container");
      context.equal(await context.contents(), { c: { a: "3" } }, "what is there");
    },
  },
});
