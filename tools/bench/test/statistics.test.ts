import { describe, expect, it } from "vitest";
import { ratio, summarize } from "../src/statistics.ts";

describe("summarize", () => {
  it("answers the middle of an odd number of measurements, and their ends", () => {
    expect(summarize([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 });
  });

  it("answers the mean of the two in the middle of an even number", () => {
    expect(summarize([4, 1, 3, 2]).median).toBe(2.5);
  });

  it("orders numbers as numbers", () => {
    expect(summarize([10, 9, 8]).median).toBe(9);
  });

  it("refuses to summarize nothing", () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe("ratio", () => {
  it("compares round by round: a slow round of both sides says nothing about either", () => {
    expect(ratio([2, 20, 2], [1, 10, 1])).toEqual({ median: 2, min: 2, max: 2 });
  });

  it("leaves out rounds that one side has not finished", () => {
    expect(ratio([2, undefined, 6], [1, 1, undefined])).toEqual({ median: 2, min: 2, max: 2 });
    expect(ratio([undefined], [1])).toBeUndefined();
    expect(ratio([1], [])).toBeUndefined();
  });
});
