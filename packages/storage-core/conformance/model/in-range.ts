/** What lies in a range of keys, said one condition after another. */
import type { Range } from "../../src/range.ts";
import { byBytes } from "../hostile-keys.ts";

/** The entries of the range, in its order. */
export function inRange<V>(items: ReadonlyMap<string, V>, range: Range): [string, V][] {
  const { gt, gte, lt, lte, prefix, reverse, limit } = range as Record<string, string> & Range;
  const entries = [...items].filter(
    ([key]) =>
      (gt === undefined || byBytes(key, String(gt)) > 0) &&
      (gte === undefined || byBytes(key, String(gte)) >= 0) &&
      (lt === undefined || byBytes(key, String(lt)) < 0) &&
      (lte === undefined || byBytes(key, String(lte)) <= 0) &&
      (prefix === undefined || key.startsWith(String(prefix))),
  );
  entries.sort(([a], [b]) => byBytes(a, b));
  if (reverse) entries.reverse();
  return limit === undefined ? entries : entries.slice(0, limit);
}
