/** KV: which keys there are, and that each is taken as it is. */
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import type { Context } from "../context.ts";
import { difference } from "../difference.ts";
import { byBytes, hostileKeys } from "../hostile-keys.ts";

/** Writes a value for each key, in one container and each by itself in another, and reads all of them back in all ways. */
async function keepsApart(context: Context, keys: readonly string[]): Promise<void> {
  const storage = await context.create({ many: {}, single: {} });
  const expected = keys.map((key, i): [string, string] => [key, `value ${i}`]);
  await storage.setContainerItems("many", expected);
  for (const [key, value] of expected) await storage.setContainerItem("single", key, value);
  const inOrder = [...expected].sort(([a], [b]) => byBytes(a, b));
  const look = async (container: string, where: string): Promise<void> => {
    for (const [key, value] of expected) {
      const what = `the value of ${shown(key)} ${where}`;
      context.equal(await storage.getContainerItem(container, key), value, what);
      context.equal(await storage.hasContainerItem(container, key), true, `has, ${what}`);
    }
    const many = await storage.getContainerItems(container, keys);
    context.equal(difference(many, expected), "none", `many ${where}`);
    const entries = await collect(storage.container(container).entries());
    context.equal(difference(entries, inOrder), "none", `entries ${where}`);
    context.equal(await storage.getContainerLen(container), keys.length, `length ${where}`);
  };
  await look("many", "set in one call");
  await look("single", "set by itself");
  await storage.begin();
  await storage.addContainer("own");
  await storage.setContainerItems("own", expected);
  await look("own", "in a transaction");
  await storage.commit();
  await look("own", "after commit");
  for (const [key] of expected) {
    await storage.deleteContainerItem("many", key);
    const what = `${shown(key)} after its deletion`;
    context.equal(await storage.getContainerItem("many", key), undefined, what);
  }
  context.equal(await storage.getContainerLen("many"), 0, "length when each was deleted");
}

function shown(key: string): string {
  return JSON.stringify(key.length > 20 ? `…${key.slice(-20)}` : key);
}

export const keyChecks: readonly Check[] = group("KV", {
  "05 the empty key is a key": {
    clauses: ["keys.any", "iteration.range"],
    run: async (context) => {
      const storage = await context.create({ c: { a: "1" } });
      context.equal(await storage.hasContainerItem("c", ""), false, "before it is set");
      await storage.setContainerItem("c", "", "empty");
      const container = storage.container("c");
      const look = async (where: string): Promise<void> => {
        context.equal(await container.get(""), "empty", `get ${where}`);
        context.equal(
          await container.getMany(["", "a"]),
          [
            ["", "empty"],
            ["a", "1"],
          ],
          where,
        );
        context.equal(await collect(container.keys()), ["", "a"], `keys ${where}`);
        context.equal(await collect(container.keys({ reverse: true })), ["a", ""], where);
        context.equal(await collect(container.keys({ gte: "" })), ["", "a"], `gte "" ${where}`);
        context.equal(await collect(container.keys({ gt: "" })), ["a"], `gt "" ${where}`);
        context.equal(await collect(container.keys({ lte: "" })), [""], `lte "" ${where}`);
        context.equal(await collect(container.keys({ lt: "" })), [], `lt "" ${where}`);
        context.equal(await collect(container.keys({ prefix: "" })), ["", "a"], `prefix ${where}`);
        context.equal(await container.count(), 2, `length ${where}`);
      };
      await look("outside of transactions");
      await storage.begin();
      await storage.deleteContainerItem("c", "");
      context.equal(await collect(container.keys()), ["a"], "deleted in a transaction");
      await storage.setContainerItem("c", "", "empty");
      await look("in a transaction");
      await storage.commit();
      await look("after commit");
    },
  },

  "07 keys and values are not normalised": {
    clauses: ["keys.any", "values.round-trip"],
    run: async (context) => {
      // Each pair looks alike, and is one text in another form.
      await keepsApart(context, [
        "\u00e9",
        "e\u0301",
        "\u212b",
        "\u00c5",
        "A\u030a",
        "\ufb01",
        "fi",
      ]);
      const storage = await context.open();
      for (const text of ["\u00e9", "e\u0301", "\u1e9b\u0323", "\uac00", "\u1100\u1161"]) {
        await storage.setContainerItem("many", "k", text);
        const read = (await storage.getContainerItem("many", "k")) ?? "";
        context.equal([...read], [...text], "a value, character by character");
      }
    },
  },

  "08 blanks and case are kept": {
    clauses: ["keys.any", "values.round-trip"],
    run: async (context) => {
      await keepsApart(context, [
        "a",
        "A",
        " a",
        "a ",
        "  a",
        "a\t",
        "\ta",
        "a\n",
        "a\r\n",
        " ",
        "\n",
        "\u00a0",
        "\u3000",
        "\ufeff",
      ]);
      const storage = await context.open();
      for (const text of [" ", "a ", " a", "\n", "a\r\n", "\t", "\u3000a"]) {
        await storage.setContainerItem("many", "k", text);
        context.equal(await storage.getContainerItem("many", "k"), text, "a value with blanks");
      }
    },
  },

  "09 names of object members are keys like others": {
    clauses: ["keys.any", "items.set-many"],
    run: async (context) => {
      const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "then"];
      await keepsApart(context, names);
      const storage = await context.open();
      await storage.addContainer("objects");
      context.equal(
        await storage.getContainerItems("objects", names),
        names.map((name) => [name, undefined]),
        "such keys, where none was set",
      );
      // As JSON.parse makes it, an own member of that name.
      await storage.setContainerItems("objects", JSON.parse('{ "__proto__": "own", "a": "1" }'));
      const entries = await collect(storage.container("objects").entries());
      context.equal(
        entries,
        [
          ["__proto__", "own"],
          ["a", "1"],
        ],
        "set from an object",
      );
      for (const name of names) {
        if (!(await storage.hasContainer(name))) await storage.addContainer(name);
        await storage.setContainerItem(name, "k", name);
      }
      for (const name of names) {
        context.equal(await storage.getContainerItem(name, "k"), name, "in a container so named");
      }
    },
  },

  "10 all of Unicode is in keys and values": {
    clauses: ["keys.any", "values.round-trip"],
    run: async (context) => {
      await keepsApart(context, hostileKeys);
      const storage = await context.open();
      // Every code point but the surrogates, noncharacters and unassigned ones too.
      const all: string[] = [];
      for (let first = 0; first <= 0x10ffff; first += 0x800) {
        if (first === 0xd800) continue;
        const points = Array.from({ length: 0x800 }, (_, i) => first + i);
        all.push(String.fromCodePoint(...points));
      }
      await storage.setContainerItems(
        "many",
        all.map((text, i) => [`block ${i}`, text]),
      );
      for (const [i, text] of all.entries()) {
        const read = await storage.getContainerItem("many", `block ${i}`);
        const point = text.codePointAt(0)?.toString(16);
        context.ok(read === text, `the 2,048 characters from U+${point} on come back`);
      }
    },
  },

  "12 numbers, bigints and booleans become text": {
    clauses: ["values.coerce"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const scalars = [0, -1, 1.5, 1e21, Number.NaN, -Infinity, 2n ** 64n, true, false];
      for (const scalar of scalars) await storage.setContainerItem("c", scalar, scalar);
      for (const scalar of scalars) {
        const text = String(scalar);
        context.equal(await storage.getContainerItem("c", text), text, `${typeof scalar} ${text}`);
        context.equal(await storage.getContainerItem("c", scalar), text, `${text}, asked as such`);
      }
      await storage.setContainerItem("c", -0, "minus zero");
      context.equal(await storage.getContainerItem("c", "0"), "minus zero", "minus zero is 0");
      await storage.clearContainer("c");
      await storage.setContainerItems(
        "c",
        new Map<number | bigint, number | boolean>([
          [2, 20],
          [10n, true],
        ]),
      );
      const pairs = await storage.getContainerItems("c", [10, 2n, false]);
      context.equal(
        pairs,
        [
          ["10", "true"],
          ["2", "20"],
          ["false", undefined],
        ],
        "many",
      );
      context.equal(await collect(storage.getContainerKeys("c")), ["10", "2"], "ordered as text");
      context.equal(await collect(storage.getContainerKeys("c", { gt: 10 })), ["2"], "a bound");
      context.equal(await storage.hasContainerItem("c", 2), true, "has");
      await storage.deleteContainerItem("c", 2);
      await storage.deleteContainerItems("c", [10]);
      context.equal(await storage.getContainerLen("c"), 0, "after deletion by number");
    },
  },

  "15 keys of 1,024 bytes": {
    clauses: ["keys.any", "iteration.complete"],
    run: async (context) => {
      const ends = ["a", "b", "\u0000", "\u00e9", "\uffff", "\u{10ffff}"];
      const fill = (end: string): string => "x".repeat(1024 - Buffer.byteLength(end)) + end;
      await keepsApart(context, [
        ...ends.map(fill),
        "\u0000".repeat(1024),
        "\u00e9".repeat(512),
        `${"\uffff".repeat(341)}a`,
        "\u{10ffff}".repeat(256),
        "x".repeat(1023),
      ]);
      // So many that they come in several pages, each of which begins behind a key of full length.
      const storage = await context.open();
      await storage.addContainer("pages");
      const keys = Array.from({ length: 700 }, (_, i) => fill(`${1000 + i}`));
      await storage.setContainerItems(
        "pages",
        keys.map((key, i) => [key, `${i}`]),
      );
      const pages = storage.container("pages");
      context.equal(difference(await collect(pages.keys()), keys), "none", "seven hundred of them");
      const reversed = await collect(pages.keys({ reverse: true }));
      context.equal(difference(reversed, [...keys].reverse()), "none", "in reverse");
      const last = keys.at(-1) as string;
      context.equal(await collect(pages.keys({ gt: last })), [], "above the last");
      context.equal(await collect(pages.keys({ gte: last })), [last], "from the last on");
    },
  },
});
