import { MAX_KEY_BYTES } from "@caterpillar/storage-core";
import { expect, it } from "vitest";
import { termKey } from "../src/layout.ts";
import { parseQuery } from "../src/query.ts";
import { countWords, wordsOf } from "../src/words.ts";

it("takes runs of letters and digits of any script, whatever their case", () => {
  expect(wordsOf("Don't PANIC: snake_case, 3.14 & v2")).toEqual([
    "don",
    "t",
    "panic",
    "snake",
    "case",
    "3",
    "14",
    "v2",
  ]);
  expect(wordsOf("Ünïcode Встановлення 安装 हिन्दी 🐛")).toEqual([
    "ünïcode",
    "встановлення",
    "安装",
    "हिन्दी",
  ]);
  expect(wordsOf("")).toEqual([]);
});

it("takes the ways of writing one text as one", () => {
  expect(wordsOf("cafe\u0301 \ufb01le ＦＵＬＬ")).toEqual(["caf\u00e9", "file", "full"]);
});

it("leaves out what is too long for a word, so that every word fits a key", () => {
  expect(wordsOf(`a ${"x".repeat(65)} b`)).toEqual(["a", "b"]);
  const [longest = ""] = wordsOf("語".repeat(64));
  expect(longest).toHaveLength(64);
  expect(Buffer.byteLength(termKey(longest, Number.MAX_SAFE_INTEGER))).toBeLessThan(MAX_KEY_BYTES);
});

it("counts words, also those that objects have names for", () => {
  expect(countWords("constructor a constructor __proto__ A")).toEqual(
    new Map([
      ["constructor", 2],
      ["a", 2],
      ["proto", 1],
    ]),
  );
});

it("reads a query: a star is for the word before it", () => {
  expect(parseQuery("Read  str*")).toEqual([
    { text: "read", prefix: false },
    { text: "str", prefix: true },
  ]);
  expect(parseQuery("to-do* *x")).toEqual([
    { text: "to", prefix: false },
    { text: "do", prefix: true },
    { text: "x", prefix: false },
  ]);
  expect(parseQuery("* ...")).toEqual([]);
});
