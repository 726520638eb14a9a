/** Engines answer text or bytes, at once or later; what is expected must hold, or not, with each of them. */
import { checkExpected, type Value } from "@caterpillar/storage-core/driver";
import { describe, expect, it } from "vitest";

const HELD = "abcdefgh";
const OTHER = "ABCDEFGH";

const FORMS: Readonly<Record<string, (text: string) => Value>> = {
  text: (text) => text,
  bytes: (text) => Buffer.from(text),
};

describe.each(Object.entries(FORMS))("of a store that answers %s", (_, form) => {
  const get = (key: string): Value | undefined => (key === "held" ? form(HELD) : undefined);

  it("what is expected at once is told at once", () => {
    expect(checkExpected([["held", HELD]], get)).toBeUndefined();
    expect(checkExpected([["missing", undefined]], get)).toBeUndefined();
    expect(() => checkExpected([["held", OTHER]], get)).toThrow("another transaction");
    expect(() => checkExpected([["held", undefined]], get)).toThrow("another transaction");
    expect(() => checkExpected([["missing", HELD]], get)).toThrow("another transaction");
  });

  it("what is expected later is told later, by the one that does not hold", async () => {
    const later = async (key: string): Promise<Value | undefined> => get(key);
    const check = async (marks: readonly [string, string | undefined][]): Promise<void> =>
      await checkExpected(marks, later);
    const both: [string, string | undefined][] = [
      ["held", HELD],
      ["missing", undefined],
    ];
    await check(both);
    await check([]);
    const conflict = { code: "TRANSACTION_CONFLICT" };
    await expect(check([...both, ["held", OTHER]])).rejects.toMatchObject(conflict);
    await expect(check([["missing", HELD], ...both])).rejects.toMatchObject(conflict);
  });
});

it("bytes that are no text hold no mark", () => {
  const conflict = (): unknown => checkExpected([["k", HELD]], () => Uint8Array.of(255, 254));
  expect(conflict).toThrow("another transaction");
});
