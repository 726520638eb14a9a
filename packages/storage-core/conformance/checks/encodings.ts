/** KV: what cannot be read in an encoding. */
import { json } from "../../src/encodings.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { everyBytes, WAYS } from "../every-read.ts";

export const encodingChecks: readonly Check[] = group("KV", {
  "25 bytes that are not UTF-8 cannot be read as text": {
    clauses: ["values.text", "errors.private"],
    run: async (context) => {
      const storage = await context.create({ c: { good: "text" } });
      const container = storage.container("c");
      const bad: Readonly<Record<string, readonly number[]>> = {
        "no lead byte": [0x61, 0x80, 0x62],
        "cut at the end": [0xe2, 0x82],
        "too long a form": [0xc0, 0xaf],
        surrogate: [0xed, 0xa0, 0x80],
        "beyond Unicode": [0xf4, 0x90, 0x80, 0x80],
        "none at all": [0xff],
      };
      const look = async (key: string, stored: Uint8Array, where: string): Promise<void> => {
        const range = { gte: key, lte: key };
        const reads: Readonly<Record<string, () => unknown>> = {
          get: () => storage.getContainerItem("c", key),
          many: () => storage.getContainerItems("c", ["good", key]),
          entries: async () => await collect(container.entries(range)),
          values: async () => await collect(container.values(range)),
        };
        for (const [way, read] of Object.entries(reads)) {
          const error = await context.rejects(read, "ENCODING", `${way} of ${key} ${where}`);
          context.ok(/\bbytes\b/.test(error.message), `the message names bytes: ${error.message}`);
        }
        const same = new Array(WAYS).fill(stored);
        context.equal(await everyBytes(storage, key), same, `as bytes, ${key} ${where}`);
        context.equal(await storage.hasContainerItem("c", key), true, `has, ${key} ${where}`);
        context.equal(await collect(container.keys(range)), [key], `keys, ${key} ${where}`);
      };
      for (const [key, numbers] of Object.entries(bad)) {
        const stored = Uint8Array.from(numbers);
        await storage.setContainerItem("c", key, stored);
        await look(key, stored, "committed");
        await storage.begin();
        await storage.setContainerItem("c", key, stored);
        await look(key, stored, "in a transaction");
        await storage.rollback();
      }
      context.equal(await storage.getContainerItem("c", "good"), "text", "its neighbour");
    },
  },

  "27 values in JSON": {
    clauses: ["values.round-trip", "values.refuse", "values.text", "errors.private"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const container = storage.container("c", { encoding: json() });
      const values = [{ a: [1, null, "\u{1f600}"] }, [], "text", 0, true, null, {}];
      for (const [i, value] of values.entries()) await container.set(i, value);
      for (const [i, value] of values.entries()) {
        const plain = JSON.parse(JSON.stringify(value));
        context.equal(await container.get(i), plain, `value ${i}`);
        const text = await storage.getContainerItem("c", i);
        context.equal(text, JSON.stringify(value), `value ${i} as it is stored`);
      }
      const read = await collect(container.values());
      context.equal(read, JSON.parse(JSON.stringify(values)), "all values");
      context.equal(await container.get("missing"), undefined, "a missing key");
      for (const none of [undefined, () => 1, Symbol("s")]) {
        await context.rejects(() => container.set("none", none), "TypeError", typeof none);
      }
      await context.rejects(
        () => container.setMany({ a: 1, b: undefined }),
        "TypeError",
        "undefined among many",
      );
      context.equal(await container.count(), values.length, "nothing of these was written");
      const secret = '{"secret": "swordfish"';
      await storage.setContainerItem("c", "broken", secret);
      for (const call of [() => container.get("broken"), () => collect(container.values())]) {
        const error = await context.rejects(call, "ENCODING", "text that is not JSON");
        const said = `${error.message} ${error.cause} ${error.stack}`;
        context.ok(!/swordfish|secret/.test(said), "the error says nothing of what is stored");
      }
      await storage.setContainerItem("c", "broken", new Uint8Array([0xff, 0xfe]));
      await context.rejects(() => container.get("broken"), "ENCODING", "bytes that are not text");
    },
  },
});
