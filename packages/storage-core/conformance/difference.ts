/** Compares long lists: an assertion on them would show all of them, and takes minutes and gigabytes to do so. */
import { isDeepStrictEqual } from "node:util";

/** Where the first difference is and what it is, in words; "none" where the two are deeply equal. */
export function difference(actual: readonly unknown[], expected: readonly unknown[]): string {
  const length = Math.max(actual.length, expected.length);
  for (let i = 0; i < length; i++) {
    if (isDeepStrictEqual(actual[i], expected[i]) && i in actual === i in expected) continue;
    const [found, wanted] = [shown(actual[i]), shown(expected[i])];
    return `at ${i} of ${actual.length}, where there must be ${expected.length}: found ${found}, expected ${wanted}`;
  }
  return "none";
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
