/** ERR: what must not be in a message. */
import { inspect } from "node:util";
import { bytes, json } from "../../src/encodings.ts";
import type { Storage } from "../../src/storage.ts";
import type { ValueInput } from "../../src/values.ts";
import { type Check, group } from "../check.ts";
import { settle } from "../methods.ts";

/** Any piece of it that an excerpt may show is recognised. */
const SECRET = "psst".repeat(10);
const AS_BYTES = new TextEncoder().encode(SECRET);
/** The same as text, and as `inspect` shows arrays and buffers of it. */
const TRACES = [/psst/i, /112,\s+115,\s+115/, /70 73 73/, /cHNzd/];

const NOT_TEXT = new Uint8Array([...AS_BYTES, 0xff]);

class Holder {
  readonly held = SECRET;
}

/** Values that are refused, each with the secret in it. */
const REFUSED: Readonly<Record<string, unknown>> = {
  "an object": { held: SECRET },
  "an array": [SECRET],
  "a Map": new Map([["held", SECRET]]),
  "an object of a class": new Holder(),
  "an ArrayBuffer": AS_BYTES.buffer,
  "a function": () => SECRET,
  "a symbol": Symbol(SECRET),
  "a text that is no Unicode": `${SECRET}\ud800`,
};

export const privacyChecks: readonly Check[] = group("ERR", {
  "04 no message carries a stored value": {
    clauses: ["errors.private"],
    run: async (context) => {
      const storage = await context.create({ c: { text: SECRET }, d: { text: SECRET } });
      await storage.container("c", { encoding: bytes }).set("not text", NOT_TEXT);
      const keeps = async (call: () => unknown, code: string, what: string): Promise<void> => {
        const error = await context.rejects(call, code, what);
        const shown = [
          error.message,
          String(error),
          JSON.stringify(error),
          inspect(error, { depth: 10, showHidden: true }),
        ].join("\n");
        for (const trace of TRACES) {
          context.ok(!trace.test(shown), `${what}: the error carries the value: ${shown}`);
        }
      };

      const parsed = storage.container("c", { encoding: json() });
      await keeps(() => parsed.get("text"), "ENCODING", "a text that is not JSON");
      await keeps(() => parsed.getMany(["text"]), "ENCODING", "many texts");
      const inD = storage.container("d", { encoding: json() });
      await keeps(() => settle(inD.entries()), "ENCODING", "an iteration of them");
      await keeps(() => storage.getContainerItem("c", "not text"), "ENCODING", "bytes as text");
      await keeps(
        () => settle(storage.container("c").entries({ prefix: "not" })),
        "ENCODING",
        "an iteration of bytes as text",
      );

      for (const begin of [false, true]) {
        const on = begin ? await storage.begin() : storage;
        for (const [what, value] of Object.entries(REFUSED)) {
          const refused = value as ValueInput;
          await keeps(() => on.setContainerItem("c", "a", refused), "TypeError", what);
          await keeps(
            () => on.setContainerItems("c", { a: refused }),
            "TypeError",
            `${what}, many`,
          );
        }
        const list = SECRET as unknown as Map<string, string>;
        await keeps(() => on.setContainerItems("c", list), "TypeError", "a text as items");
        const triple = [["a", SECRET, SECRET]] as unknown as [string, string][];
        await keeps(() => on.setContainerItems("c", triple), "TypeError", "three in a pair");
        const texts = [SECRET] as unknown as [string, string][];
        await keeps(() => on.setContainerItems("c", texts), "TypeError", "a text as a pair");
        const long = (): unknown => on.setContainerItem("c", "k".repeat(1025), SECRET);
        await keeps(long, "LIMIT", "a key that is too long");
        const missing = (): unknown => on.setContainerItem("missing", "a", SECRET);
        await keeps(missing, "CONTAINER_NOT_FOUND", "a missing container");
        await keeps(() => on.addContainer("c"), "DUPLICATE_CONTAINER", "a container with values");
      }

      await storage.setContainerItem("c", "text", `${SECRET} again`);
      const other = await context.open();
      await other.setContainerItem("c", "text", `${SECRET} before`);
      await keeps(() => storage.commit(), "TRANSACTION_CONFLICT", "a conflict over values");
      const create = (): Promise<Storage> => context.open({ create: true });
      await keeps(create, "DUPLICATE_STORAGE", "a storage with values");
      const reader = await context.open({ readonly: true });
      const set = (on: Storage) => (): unknown => on.setContainerItem("c", "a", SECRET);
      await keeps(set(reader), "STORAGE_READONLY", "a write to a read-only storage");
      await storage.transaction(() => keeps(set(storage), "TRANSACTION_STATE", "a write inside"));
      await storage.close();
      await keeps(set(storage), "STORAGE_CLOSED", "a write to a closed storage");
    },
  },
});
