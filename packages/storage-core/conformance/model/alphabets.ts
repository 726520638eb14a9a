/** What random calls are made of: names, keys and values, and what is there before the first call. */
import { hostileCharacters } from "../hostile-keys.ts";
import { numbered } from "../pairs.ts";
import type { Form } from "./model-transaction.ts";
import type { State } from "./state.ts";
import { type StoredValue, storedFrom } from "./stored-value.ts";

/** The first of each is the plainest: failures are told with it where they can be. */
export interface Alphabet {
  readonly containers: readonly string[];
  readonly keys: readonly string[];
  readonly values: readonly StoredValue[];
  readonly forms: readonly Form[];
  /** What is there before the first call. */
  readonly beginning: State;
  /** What is refused, whatever it is used for; nothing, where that is not asked for. */
  readonly refused: Readonly<Record<"containers" | "keys" | "values", readonly string[]>>;
}

/** So many that an iteration takes them in more than one page. */
export const MANY = 300;

/** Few keys, so that calls often meet; some on both sides of the border between two pages, and two that UTF-16 puts in another order. */
export const plainAlphabet: Alphabet = {
  containers: ["a", "b", "c", "d"],
  keys: ["a", "b", "", "\uffff", "\u{10000}", "k000100", "k000256"],
  values: ["1", "2", "3", "4", "5", "6", "7", "8", "9", ""],
  forms: ["text"],
  beginning: new Map([
    [
      "a",
      new Map([
        ["a", "1"],
        ["b", "2"],
        ["\uffff", "3"],
      ]),
    ],
    ["b", new Map()],
    ["c", new Map(numbered(MANY))],
  ]),
  refused: { containers: [], keys: [], values: [] },
};

/** Words that are the same to some who compare, that end early for some, or that mean something to some. */
const hostileWords: readonly string[] = [
  "a",
  "A",
  " a",
  "a ",
  "a\0",
  "a\0b",
  "\u00e9",
  "e\u0301",
  "\u00c9",
  "\u00df",
  "ss",
  "\u212a",
  "K",
  "I",
  "\u0131",
  "%",
  "_",
  "a%",
  "a_b",
  "*",
  "[a]",
  "'",
  "\"'`",
  "\\",
  "'; DROP TABLE a; --",
  "a/b",
  "..",
  ".",
  "CON",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "0",
  "00",
  "1e1",
  "10",
  "\r\n",
  "\ufeffa",
  "\u200ba",
  "\u202ea",
  "\u{1f468}\u200d\u{1f469}",
];

/** Every other one is there from the beginning, so that its neighbour is the one that is easily taken for it. */
const everyOther = <T>(list: readonly T[]): readonly T[] => list.filter((_, i) => i % 2 === 0);

const hostileNames = [
  ...hostileWords,
  "sqlite_x",
  "\uffff",
  "\u{10000}",
  "n".repeat(511),
  "n".repeat(512),
];

const hostileKeys: readonly string[] = [
  ...hostileWords,
  "",
  ...hostileCharacters,
  ...hostileCharacters.map((character) => `a${character}`),
  "k".repeat(1022),
  "k".repeat(1023),
  "k".repeat(1024),
  `${"k".repeat(1023)}l`,
  "\u00e9".repeat(512),
  "\uffff".repeat(341),
  "\u{10000}".repeat(256),
];

const hostileValues: readonly StoredValue[] = [
  "1",
  "",
  "\0",
  "a\0b",
  "\ufeffa",
  "a ",
  "\r\n",
  "null",
  "01",
  "-0",
  "\u00e9",
  "e\u0301",
  "\ufffd",
  "\uffff",
  "\u{10ffff}",
  "v".repeat(5000),
  // Bytes that are text, and such as are none: cut off, too long, of a surrogate, behind the last character.
  { hex: "61" },
  { hex: "efbfbd" },
  { hex: "ff" },
  { hex: "00ff00" },
  { hex: "c3" },
  { hex: "c080" },
  { hex: "eda080" },
  { hex: "f4908080" },
];

/** One after another. */
function hostileValue(i: number): StoredValue {
  return hostileValues[i % hostileValues.length] as StoredValue;
}

export const hostileAlphabet: Alphabet = {
  containers: hostileNames,
  keys: hostileKeys,
  values: hostileValues,
  forms: ["any", "text"],
  beginning: new Map(
    everyOther(hostileNames).map((name, i) => {
      const keys = i === 0 ? everyOther(hostileKeys) : everyOther(hostileKeys).slice(i, i + 3);
      return [name, new Map(keys.map((key, j) => [key, storedFrom(hostileValue(i + j))]))];
    }),
  ),
  refused: {
    containers: ["", "n".repeat(513), "\u00e9".repeat(257), "\ud800", "a\udfff", "bh_a"],
    keys: ["k".repeat(1025), "\u00e9".repeat(513), "\udfff", "\ud800a"],
    values: ["\ud800", "a\udc00b"],
  },
};
