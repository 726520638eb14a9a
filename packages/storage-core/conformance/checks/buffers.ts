/** KV: that no memory is shared with the caller. */
import { bytes } from "../../src/encodings.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { MANY_TURNS } from "../event-loop.ts";
import { everyBytes, everyText, WAYS } from "../every-read.ts";

export const bufferChecks: readonly Check[] = group("KV", {
  "24 buffers are never shared with the caller": {
    clauses: ["values.alias"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const original = new TextEncoder().encode("original");
      const spoil = (buffer: Uint8Array | undefined): void => {
        // All of the memory below it: it may be a view.
        if (buffer !== undefined) new Uint8Array(buffer.buffer).fill(0x78);
      };
      const set = async (
        key: string,
        write: (value: Uint8Array) => Promise<void>,
      ): Promise<void> => {
        const given = new Uint8Array(original);
        const done = write(given);
        spoil(given);
        await done;
        context.equal(
          await everyBytes(storage, key),
          new Array(WAYS).fill(original),
          `given as ${key}`,
        );
      };
      const handedOut = async (key: string): Promise<void> => {
        for (let way = 0; way < WAYS; way++) spoil((await everyBytes(storage, key))[way]);
        const found = await everyBytes(storage, key);
        context.equal(
          found,
          new Array(WAYS).fill(original),
          `${key}, when what was read was changed`,
        );
      };
      const everyWay = async (prefix: string): Promise<void> => {
        await set(`${prefix} one`, (value) =>
          storage.setContainerItem("c", `${prefix} one`, value),
        );
        await set(`${prefix} many`, (value) =>
          storage.setContainerItems("c", new Map([[`${prefix} many`, value]])),
        );
        await set(`${prefix} short`, (value) =>
          storage.container("c", { encoding: bytes }).set(`${prefix} short`, value),
        );
        for (const way of ["one", "many", "short"]) await handedOut(`${prefix} ${way}`);
      };
      await everyWay("outside");
      await storage.begin();
      await everyWay("inside");
      await handedOut("outside one");
      await storage.commit();
      await handedOut("inside one");
      // Two that were read together.
      const container = storage.container("c", { encoding: bytes });
      for (const together of [
        await container.getMany(["outside one", "outside many"]),
        await collect(container.entries({ prefix: "outside" })),
      ]) {
        spoil(together[0]?.[1]);
        context.equal(
          together[1]?.[1],
          original,
          "what was read together with one that was changed",
        );
      }
      // A generator that uses one buffer for all that it yields.
      const reused = async function* (): AsyncGenerator<[string, Uint8Array]> {
        const buffer = new Uint8Array(1);
        for (const key of ["r1", "r2", "r3"]) {
          buffer[0] = key.charCodeAt(1);
          yield [key, buffer];
        }
      };
      await storage.setContainerItems("c", reused());
      const digits = await storage.getContainerItems("c", ["r1", "r2", "r3"]);
      context.equal(
        digits,
        [
          ["r1", "1"],
          ["r2", "2"],
          ["r3", "3"],
        ],
        "one buffer for all",
      );
      // Views: what is beside them in their memory is not theirs.
      const pooled = Buffer.from("a slice of the pool");
      await storage.setContainerItem("c", "pooled", pooled.subarray(2, 7));
      await storage.setContainerItem("c", "view", original.subarray(1, 4));
      context.equal(
        await everyText(storage, "pooled"),
        new Array(WAYS).fill("slice"),
        "a Buffer's slice",
      );
      context.equal(await everyText(storage, "view"), new Array(WAYS).fill("rig"), "a view");
      const read = await everyBytes(storage, "pooled");
      context.equal(
        read.map((value) => value?.constructor),
        new Array(WAYS).fill(Uint8Array),
        "what bytes are read as",
      );
    },
  },

  "30 buffers of a call with many items are not shared either": {
    clauses: ["values.alias"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const count = context.times(MANY_TURNS);
      const given = Array.from({ length: count }, (_, i): [string, Uint8Array] => [
        `k${i}`,
        Uint8Array.of(97, 98, 99),
      ]);
      const sources = { "an array": given, "a Map": new Map(given) };
      for (const [what, items] of Object.entries(sources)) {
        const done = storage.setContainerItems("c", items);
        // Nobody has waited yet, and so many are not read within a moment.
        for (const [, value] of given) value.fill(0x78);
        await done;
        const values = await collect(storage.container("c").values());
        const changed = values.filter((value) => value !== "abc").length;
        context.equal(changed, 0, `values of ${what} that were changed after the call`);
        context.equal(values.length, count, "how many are there");
        for (const [, value] of given) value.set([97, 98, 99]);
      }
    },
  },
});
