/** How a check went with a driver. */

import type { Check } from "../check.ts";
import type { Host } from "../host.ts";
import type { Passed } from "../run.ts";

export type Status =
  /** All of it was checked, and holds. */
  | "pass"
  /** It does not hold, or the driver hung, crashed or ended the process. */
  | "fail"
  /** What the driver's facts say that it does not do is refused as it must be; all else of the check holds. */
  | "unsupported"
  /** This machine cannot show it. */
  | "not-run"
  /** It does not hold, and the driver says so, why, and until when. */
  | "deviation"
  /** A driver should do it, and this one does not. It decides nothing. */
  | "advice";

export interface CheckResult {
  /** The check's id. */
  readonly id: string;
  /** Where its sessions lived. */
  readonly host: Host;
  readonly status: Status;
  readonly ms: number;
  /** What does not apply or was not run, each with its reason; of a deviation, the reason. */
  readonly notes: readonly string[];
  /** What was seen, in figures. */
  readonly figures: readonly string[];
  /** What was expected and what was found, with the clauses that are broken; a schedule's steps, where it is one. */
  readonly failure?: string;
}

/** Whether something is to be told that does not hold, and that the driver does not declare. */
export function isComplaint({ status }: CheckResult): boolean {
  return status === "fail" || status === "advice";
}

/** What a run of a check comes to, which took so many milliseconds. */
export function resultOf(
  { id, level }: Check,
  host: Host,
  ms: number,
  outcome: Passed | { readonly failure: string },
): CheckResult {
  if ("failure" in outcome) {
    const status = level === "must" ? "fail" : "advice";
    return { id, host, status, ms, notes: [], figures: [], failure: outcome.failure };
  }
  const { leftOut, notRun, figures } = outcome;
  const status = notRun.length > 0 ? "not-run" : leftOut.length > 0 ? "unsupported" : "pass";
  return { id, host, status, ms, notes: [...notRun, ...leftOut], figures };
}
