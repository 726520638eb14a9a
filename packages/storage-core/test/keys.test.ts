import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys, keyAfter, prefixEnd } from "../src/keys.ts";
import { isEmpty, type Range, toInterval } from "../src/range.ts";

/** Well-formed strings of few different code points, so that they share prefixes, from all the places where orders differ. */
const key = fc
  .array(
    fc.constantFrom("\0", "a", "b", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
    { maxLength: 5 },
  )
  .map((points) => points.join(""));

const bytes = (text: string): Buffer => Buffer.from(text, "utf8");

describe("the order of keys", () => {
  it("is that of their UTF-8 bytes", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(bytes(a), bytes(b)));
      }),
    );
  });

  it("has nothing between a key and the one after it", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(compareKeys(b, a) > 0).toBe(compareKeys(b, keyAfter(a)) >= 0);
      }),
    );
  });

  it("has all keys with a prefix between the prefix and its end", () => {
    fc.assert(
      fc.property(key, key, (prefix, other) => {
        const end = prefixEnd(prefix);
        const between =
          compareKeys(other, prefix) >= 0 && (end === undefined || compareKeys(other, end) < 0);
        expect(between).toBe(other.startsWith(prefix));
        if (end !== undefined) expect(end.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("a range", () => {
  it("holds the keys that satisfy all of its bounds", () => {
    const range = fc.record(
      { gt: key, gte: key, lt: key, lte: key, prefix: key },
      { requiredKeys: [] },
    ) as fc.Arbitrary<Range>;
    fc.assert(
      fc.property(range, key, (bounds, candidate) => {
        const { gt, gte, lt, lte, prefix } = bounds as Record<string, string | undefined>;
        const expected =
          (gt === undefined || compareKeys(candidate, gt) > 0) &&
          (gte === undefined || compareKeys(candidate, gte) >= 0) &&
          (lt === undefined || compareKeys(candidate, lt) < 0) &&
          (lte === undefined || compareKeys(candidate, lte) <= 0) &&
          (prefix === undefined || candidate.startsWith(prefix));
        const interval = toInterval(bounds);
        const { start, end } = interval;
        const inside =
          !isEmpty(interval) &&
          compareKeys(candidate, start) >= 0 &&
          (end === undefined || compareKeys(candidate, end) < 0);
        expect(inside).toBe(expected);
      }),
    );
  });

  it.each([
    [{ start: "a" }, "start"],
    [{ limit: -1 }, "limit"],
    [{ limit: 1.5 }, "limit"],
    [{ limit: "3" }, "limit"],
    [{ reverse: 1 }, "reverse"],
    [{ gt: null }, "key"],
    [null, "range"],
    ["a", "range"],
  ])("that makes no sense is a TypeError which says what: %j", (range, what) => {
    expect(() => toInterval(range as Range)).toThrow(TypeError);
    expect(() => toInterval(range as Range)).toThrow(what);
  });
});
