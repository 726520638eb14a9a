/** Which checks are run on which hosts. */
import type { DriverFacts } from "../src/driver.ts";
import { checks } from "./catalogue.ts";
import { type Check, groupOf } from "./check.ts";
import { type Host, hostsFor } from "./host.ts";

export interface PlannedRun {
  readonly check: Check;
  readonly host: Host;
}

/** All runs that a driver with these facts has to pass, host by host. */
export function planFor(facts: DriverFacts): readonly PlannedRun[] {
  return hostsFor(facts).flatMap((host) =>
    checks.flatMap((check) => (check.hosts.includes(host) ? [{ check, host }] : [])),
  );
}

/** Throws a `TypeError` where one of them is neither the id of a check nor a group. */
export function checkSelection(only: readonly string[]): void {
  for (const wanted of only) {
    if (checks.some((check) => isOf(check, wanted))) continue;
    const groups = new Set(checks.map(groupOf));
    throw new TypeError(
      `there is no check and no group ${wanted}; groups are ${[...groups].join(", ")}`,
    );
  }
}

/** Whether the check has the id, or is of the group. */
export function isOf(check: Check, wanted: string): boolean {
  return check.id === wanted || groupOf(check) === wanted;
}
