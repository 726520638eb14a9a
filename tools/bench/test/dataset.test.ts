import { describe, expect, it } from "vitest";
import { Dataset, GROUP } from "../src/dataset.ts";
import { Tally } from "../src/tally.ts";

const SIZE = 10_000;
const data = new Dataset(SIZE, 100, 1);

describe("Dataset", () => {
  it("has a key for each entry, in the order of their numbers", () => {
    const keys = Array.from({ length: SIZE }, (_, entry) => data.key(entry));
    expect(keys.toSorted()).toEqual(keys);
    expect(new Set(keys).size).toBe(SIZE);
  });

  it("has a prefix for each hundred", () => {
    const keys = Array.from({ length: SIZE }, (_, entry) => data.key(entry));
    const those = keys.filter((key) => key.startsWith(data.prefix(7)));
    expect(those).toEqual(keys.slice(7 * GROUP, 8 * GROUP));
  });

  it("has missing keys that are no entry's, and lie between two", () => {
    const missing = data.missingKey(41);
    expect([data.key(42), missing, data.key(41)].toSorted()).toEqual([
      data.key(41),
      missing,
      data.key(42),
    ]);
  });

  it("writes every entry once, not in their order", () => {
    const written = [...data.written(0, SIZE)];
    expect(new Set(written).size).toBe(SIZE);
    expect(written).not.toEqual(written.toSorted((a, b) => a - b));
  });

  it("is the same for the same seed, and another for another", () => {
    expect(new Dataset(SIZE, 100, 1).value(5, 0)).toBe(data.value(5, 0));
    expect(new Dataset(SIZE, 100, 2).value(5, 0)).not.toBe(data.value(5, 0));
  });

  it("has values of the length that was asked for, and another in each version", () => {
    const versions = Array.from({ length: 50 }, (_, version) => data.value(5, version));
    expect(new Set(versions).size).toBe(50);
    expect(new Set(versions.map((value) => Buffer.byteLength(value)))).toEqual(new Set([100]));
  });

  it("refuses sizes that the order of writing would not cover", () => {
    expect(() => new Dataset(7_919_777, 100, 1)).toThrow(RangeError);
    expect(() => new Dataset(10, 100, 1)).toThrow(RangeError);
  });
});

describe("Tally", () => {
  it("comes to the same in any order", () => {
    const seen = new Tally();
    for (const entry of data.written(0, SIZE)) seen.see(data.value(entry, 0));
    seen.expect(data.tallyOfAll(), "all");
  });

  it("tells a missing value, a value too many and a wrong one", () => {
    const all = data.tallyOfAll();
    const see = (entries: readonly number[], version = 0): Tally => {
      const tally = new Tally();
      for (const entry of entries) tally.see(data.value(entry, version));
      return tally;
    };
    const entries = [...data.written(0, SIZE)];
    expect(() => see(entries.slice(1)).expect(all, "a scan")).toThrow("9999 values");
    expect(() => see([...entries, 1]).expect(all, "a scan")).toThrow("10001 values");
    expect(() => see(entries, 1).expect(all, "a scan")).toThrow("wrong");
    const twice = [entries[1] as number, ...entries.slice(1)];
    expect(() => see(twice).expect(all, "a scan")).toThrow("wrong");
  });
});
