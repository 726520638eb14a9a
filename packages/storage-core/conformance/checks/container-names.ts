/** CONT: what a container may be called, and that names have nothing to do with each other. */

import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import type { Context } from "../context.ts";
import { byBytes } from "../hostile-keys.ts";

/** What engines, query languages and JavaScript would make something else of. */
const HOSTILE_NAMES: readonly string[] = [
  " ",
  "  two spaces around  ",
  "it's",
  'so-called "quotes"',
  "`backticks`",
  "[brackets]",
  'c"; DROP TABLE containers; --',
  "' OR '1'='1",
  "containers",
  "container_tables",
  "sqlite_master",
  "sqlite_sequence",
  "c1",
  "1",
  "-1",
  "1e3",
  "NULL",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "bh",
  "BH_",
  "-bh_",
  "\0",
  "nul\0",
  "nul\0inside",
  "new\nline",
  "tab\t",
  "..",
  "../up",
  "a/b",
  "a\\b",
  "per%20cent",
  "%",
  "_",
  "*",
  "?",
  "\ufeffbyte order mark",
  "\ufffd",
  "\uffff",
  "\u{10000}",
  "\u{10ffff}",
  "größe",
  "日本語",
  "עברית",
  "😀",
  "👩\u200d👩\u200d👧",
  "x".repeat(512),
  "€".repeat(170),
];

/** Names and items as pairs: an object would put "1" first, and not take "__proto__". */
async function pairsOf(storage: Storage): Promise<[string, [string, string][]][]> {
  const names = await storage.listContainers();
  return await Promise.all(
    names.map(async (name): Promise<[string, [string, string][]]> => {
      return [name, await collect(storage.container(name).entries())];
    }),
  );
}

/** A container for each name, with the name in it; each must hold its own, also when every second is gone. */
async function areApart(context: Context, names: readonly string[]): Promise<void> {
  const storage = await context.create();
  for (const name of names) {
    await storage.addContainer(name);
    await storage.setContainerItems(name, { name, other: "1" });
  }
  const gone = names.filter((_, i) => i % 2 === 0);
  const cleared = names.filter((_, i) => i % 4 === 1);
  const holds = (some: readonly string[], empty: readonly string[]): unknown[] =>
    some.toSorted(byBytes).map((name) => {
      const items = [
        ["name", name],
        ["other", "1"],
      ];
      return [name, empty.includes(name) ? [] : items];
    });
  context.equal(await pairsOf(storage), holds(names, []), "all containers, in order");
  await storage.transaction(async (tx) => {
    for (const name of gone) await tx.deleteContainer(name);
  });
  for (const name of cleared) await storage.clearContainer(name);
  await storage.close();
  const again = await context.open();
  const left = names.filter((name) => !gone.includes(name));
  context.equal(await pairsOf(again), holds(left, cleared), "when others are gone");
  for (const name of names) {
    const there = await again.hasContainer(name);
    context.equal(there, left.includes(name), `whether ${JSON.stringify(name)} is there`);
  }
}

export const containerNameChecks: readonly Check[] = group("CONT", {
  "04 names that begin alike have nothing in common": {
    clauses: ["containers.independent"],
    run: (context) =>
      areApart(context, [
        // The first of four is deleted, the second cleared, the third deleted; the fourth stays.
        ...["b", "a", "c", "ba"],
        ...["ca", "aa", "aa b", "aab"],
        ...["a\0", "a-", "d", "a-b"],
      ]),
  },

  "05 names are case-sensitive, and never normalised": {
    clauses: ["names.any"],
    run: (context) =>
      areApart(context, [
        "foo",
        "Foo",
        "FOO",
        "straße",
        "strasse",
        "STRASSE",
        "ı",
        "i",
        "İ",
        "I",
        "\u00e9",
        "e\u0301",
        "\u00c9",
        "Å",
        "\u212b",
        "ﬁ",
        "fi",
        "foo ",
        " foo",
      ]),
  },

  "06 names of any characters": {
    clauses: ["names.any", "containers.independent"],
    run: (context) => areApart(context, HOSTILE_NAMES),
  },

  "11 no delimiter makes two containers collide": {
    clauses: ["containers.independent", "keys.any"],
    run: async (context) => {
      const storage = await context.create();
      const delimiters = [
        "\0",
        "\x01",
        "\x1f",
        " ",
        "!",
        ".",
        "/",
        ":",
        "|",
        "~",
        "\x7f",
        "ÿ",
        "\uffff",
      ];
      const expected: [string, string, string][] = [];
      for (const mark of delimiters) {
        expected.push([`a${mark}b`, "c", `the short key of ${JSON.stringify(mark)}`]);
        expected.push(["a", `b${mark}c`, `the long key of ${JSON.stringify(mark)}`]);
        expected.push([`a${mark}`, `b${mark}c`, `the long name of ${JSON.stringify(mark)}`]);
        expected.push([`a${mark}`, "", `the empty key of ${JSON.stringify(mark)}`]);
      }
      for (const name of new Set(expected.map(([name]) => name))) await storage.addContainer(name);
      for (const [name, key, value] of expected) await storage.setContainerItem(name, key, value);
      for (const [name, key, value] of expected) {
        context.equal(await storage.getContainerItem(name, key), value, value);
      }
      const keys = await collect(storage.getContainerKeys("a"));
      const wanted = delimiters.map((mark) => `b${mark}c`).sort(byBytes);
      context.equal(keys, wanted, "the keys of the container a");
      await storage.clearContainer("a");
      for (const mark of delimiters) {
        context.equal(await storage.getContainerLen(`a${mark}b`), 1, "a neighbour's length");
        await storage.deleteContainer(`a${mark}`);
        context.equal(
          (await storage.getContainerItem(`a${mark}b`, "c")) !== undefined,
          true,
          "its item",
        );
      }
    },
  },

  "15 names that are none are refused": {
    clauses: ["names.limit", "containers.missing"],
    run: async (context) => {
      const storage = await context.create({ c: {} });
      const tooLong = ["", "x".repeat(513), `${"€".repeat(170)}xyz`, "😀".repeat(129)];
      const wrong: readonly unknown[] = [
        "\ud800",
        "\udc00 before",
        undefined,
        null,
        5,
        true,
        {},
        ["c"],
        Symbol("c"),
        new Uint8Array([99]),
      ];
      for (const begin of [false, true]) {
        const on = begin ? await storage.begin() : storage;
        for (const name of tooLong) {
          const what = `a name of ${name.length} characters`;
          await context.rejects(() => on.addContainer(name), "LIMIT", what);
          await context.rejects(() => on.hasContainer(name), "LIMIT", what);
          await context.rejects(() => on.setContainerItem(name, "a", "1"), "LIMIT", what);
        }
        for (const name of wrong as string[]) {
          const what = `a name that is ${String(name)}`;
          await context.rejects(() => on.addContainer(name), "TypeError", what);
          await context.rejects(() => on.getContainerItem(name, "a"), "TypeError", what);
          await context.rejects(() => on.setContainerItem(name, "a", "1"), "TypeError", what);
        }
      }
      await storage.commit();
      context.equal(await context.contents(), { c: {} }, "what is stored");
    },
  },
});
