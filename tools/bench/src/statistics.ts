/** The middle of several measurements, and how far they lie apart. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of one number or more. */
export function summarize(numbers: readonly number[]): Summary {
  if (numbers.length === 0) throw new RangeError("nothing to summarize");
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const below = sorted[Math.floor(middle)] as number;
  const above = sorted[Math.ceil(middle)] as number;
  return {
    median: (below + above) / 2,
    min: sorted[0] as number,
    max: sorted[sorted.length - 1] as number,
  };
}

/**
 * How many times as large the first are, round by round: what the machine did in a round has met both. Rounds that one of them has not
 * finished do not count; `undefined` where none is left.
 */
export function ratio(
  numbers: readonly (number | undefined)[],
  to: readonly (number | undefined)[],
): Summary | undefined {
  const ratios: number[] = [];
  for (const [round, number] of numbers.entries()) {
    const other = to[round];
    if (number !== undefined && other !== undefined && other > 0) ratios.push(number / other);
  }
  return ratios.length === 0 ? undefined : summarize(ratios);
}
