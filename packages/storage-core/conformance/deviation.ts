/**
 * Deviations: checks that a driver fails and says so, each for a reason that a user can judge, and for a time. They are strict: one that is not
 * needed any more is a failure, and so is one whose time is over.
 */
import type { CheckResult } from "./report/result.ts";

export interface Deviation {
  /** The check's id. */
  readonly check: string;
  /** What users meet, and why; with a link, where there is one. */
  readonly reason: string;
  /** The last day that it holds, `2027-03-31`. */
  readonly until: string;
}

/** Throws a `TypeError` where they make no sense: a check that is not there, no reason, a day that is none, two for one check. */
export function checkDeviations(deviations: readonly Deviation[], ids: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const { check, reason, until } of deviations) {
    if (!ids.has(check)) throw new TypeError(`a deviation is of the check ${check}: there is none`);
    if (seen.has(check)) throw new TypeError(`there are two deviations of the check ${check}`);
    seen.add(check);
    if (typeof reason !== "string" || reason.trim() === "") {
      throw new TypeError(`the deviation of ${check} has no reason`);
    }
    if (!/^\d{4}-\d\d-\d\d$/.test(until) || Number.isNaN(Date.parse(until))) {
      throw new TypeError(`the deviation of ${check} must hold until a day such as 2027-03-31`);
    }
  }
}

/** What a result comes to where the driver deviates. */
export function withDeviation(
  result: CheckResult,
  deviations: readonly Deviation[],
  today: Date,
): CheckResult {
  const deviation = deviations.find(({ check }) => check === result.id);
  if (deviation === undefined) return result;
  const { reason, until } = deviation;
  // What was not run shows nothing of the driver.
  if (result.status === "not-run") return result;
  if (result.status !== "fail") {
    const failure = `the check does not fail, so the deviation that is declared for it must go: ${reason}`;
    return { ...result, status: "fail", failure };
  }
  if (today.getTime() >= Date.parse(until) + 86_400_000) {
    const failure = `the deviation was declared until ${until}, which is over: ${reason}\n${result.failure}`;
    return { ...result, failure };
  }
  return { ...result, status: "deviation", notes: [`until ${until}: ${reason}`, ...result.notes] };
}
