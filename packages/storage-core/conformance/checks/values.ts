/** KV: what a value is, and that it comes back as it was set. */
import { bytes } from "../../src/encodings.ts";
import type { Operations } from "../../src/operations.ts";
import type { ValueInput } from "../../src/values.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { everyBytes, everyText, WAYS } from "../every-read.ts";

/** All 256 bytes: no UTF-8. */
const BINARY = Uint8Array.from({ length: 256 }, (_, i) => i);
const MIB = 1 << 20;

/** Sets the values, and looks at them: at once, as own writes of a transaction, after its commit and when opened again. */
async function comeBack(
  context: Context,
  values: Readonly<Record<string, ValueInput>>,
): Promise<void> {
  const storage = await context.create({ c: {} });
  const look = async (from: Operations, where: string): Promise<void> => {
    for (const [key, value] of Object.entries(values)) {
      const isText = typeof value === "string";
      const found: unknown[] = isText ? await everyText(from, key) : await everyBytes(from, key);
      for (const [way, one] of found.entries()) {
        const same = isText ? one === value : sameBytes(one, value as Uint8Array);
        context.ok(same, `${key} comes back as it was set, read in way ${way}, ${where}`);
      }
      context.equal(await from.hasContainerItem("c", key), true, `${key} is there, ${where}`);
    }
    const count = Object.keys(values).length;
    context.equal(await from.getContainerLen("c"), count, `how many are there, ${where}`);
  };
  for (const [key, value] of Object.entries(values))
    await storage.setContainerItem("c", key, value);
  await look(storage, "each set by itself");
  await storage.begin();
  await storage.clearContainer("c");
  await storage.setContainerItems("c", values);
  await look(storage, "set in a transaction");
  await storage.commit();
  await look(storage, "committed");
  await storage.close();
  await look(await context.open(), "opened again");
}

/** Values of the size that every driver takes at least: text and bytes, written alone and in a transaction, read in one way each. */
async function largestComeBack(context: Context): Promise<void> {
  const largest = new Uint8Array(16 * MIB).map((_, i) => i + (i >> 8));
  // Measured in bytes of UTF-8; JavaScript counts fewer units.
  const text = "\u{1f600}na\u00efve\u3000\0".repeat((16 * MIB) / 14);
  const path = context.place("largest");
  const storage = await context.create({ c: {} }, path);
  await storage.setContainerItem("c", "bytes", largest);
  await storage.transaction((tx) => tx.setContainerItems("c", { text }));
  await storage.close();
  const opened = await context.open({}, path);
  const found = await opened.getContainerItem("c", "bytes", bytes);
  context.ok(sameBytes(found, largest), "16 MiB of bytes come back as they were set");
  const same = (await opened.getContainerItem("c", "text")) === text;
  context.ok(same, "16 MiB of text comes back as it was set");
}

function sameBytes(found: unknown, expected: Uint8Array): boolean {
  return found instanceof Uint8Array && Buffer.compare(found, expected) === 0;
}

export const valueChecks: readonly Check[] = group("KV", {
  "01 text and bytes come back as they were set": {
    clauses: ["values.round-trip"],
    run: (context) =>
      comeBack(context, {
        text: "Down the Rabbit-Hole",
        lines: 'She said: "Curiouser\r\nand curiouser!"\t\\',
        binary: BINARY,
        "looks like a number": "007",
        "looks like JSON": '{"a": null}',
        "looks like nothing": "null",
        "bytes of text": new TextEncoder().encode("na\u00efve"),
        "no UTF-8": new Uint8Array([0xff, 0xfe, 0x00, 0xc3]),
      }),
  },

  "04 empty values are values": {
    clauses: ["values.round-trip"],
    run: (context) => comeBack(context, { text: "", bytes: new Uint8Array(0) }),
  },

  "06 NULs are kept": {
    clauses: ["keys.any", "values.round-trip"],
    run: (context) =>
      comeBack(context, {
        a: "\0",
        "a\0": "b\0c",
        "a\0b": "\0\0",
        "\0": new Uint8Array([0]),
        "\0a": new Uint8Array([0x61, 0, 0x62]),
        "\0\0": new Uint8Array(3),
      }),
  },

  "14 values of many sizes": {
    clauses: ["values.round-trip"],
    run: async (context) => {
      const sizes = [4096, 65_536, MIB].flatMap((size) => [size - 1, size, size + 1]);
      const values: Record<string, ValueInput> = {};
      for (const size of [1, 255, 256, ...sizes]) {
        const value = new Uint8Array(size);
        // Each byte tells where it is, so that a piece that is lost or comes twice is noticed.
        for (let i = 0; i < size; i++) value[i] = 97 + ((i + (i >> 8)) % 26);
        values[`${size} bytes`] = value;
        values[`${size} characters`] = Buffer.from(value).toString();
      }
      await comeBack(context, values);
      await largestComeBack(context);
    },
  },

  "26 a byte order mark is kept": {
    clauses: ["keys.any", "values.round-trip"],
    run: async (context) => {
      const marked = "\ufefftext";
      await comeBack(context, {
        text: marked,
        "mark alone": "\ufeff",
        twice: "\ufeff\ufeff",
        bytes: new TextEncoder().encode(marked),
        "\ufeff": "a key",
        "\ufeff\ufeff": "another key",
      });
      const storage = await context.open();
      context.equal(
        await everyText(storage, "bytes"),
        new Array(WAYS).fill(marked),
        "bytes read as text",
      );
      const encoded = new Array(WAYS).fill(new TextEncoder().encode(marked));
      context.equal(await everyBytes(storage, "text"), encoded, "text read as bytes");
    },
  },

  "28 text and bytes are read as each other": {
    clauses: ["values.round-trip"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const encoder = new TextEncoder();
      const all = ["", "plain", "na\u00efve", "\0", "\uffff\u{10000}\u{10ffff}", "x".repeat(5000)];
      const look = async (where: string): Promise<void> => {
        for (const [i, text] of all.entries()) {
          const asText = new Array(WAYS).fill(text);
          const asBytes = new Array(WAYS).fill(encoder.encode(text));
          context.equal(
            await everyText(storage, `bytes ${i}`),
            asText,
            `bytes ${i} as text ${where}`,
          );
          context.equal(
            await everyText(storage, `text ${i}`),
            asText,
            `text ${i} as text ${where}`,
          );
          context.equal(
            await everyBytes(storage, `text ${i}`),
            asBytes,
            `text ${i} as bytes ${where}`,
          );
          context.equal(await everyBytes(storage, `bytes ${i}`), asBytes, `bytes ${i} ${where}`);
        }
      };
      await storage.begin();
      for (const [i, text] of all.entries()) {
        await storage.setContainerItem("c", `text ${i}`, text);
        await storage.setContainerItem("c", `bytes ${i}`, encoder.encode(text));
      }
      await look("in a transaction");
      await storage.commit();
      await look("committed");
    },
  },
});
