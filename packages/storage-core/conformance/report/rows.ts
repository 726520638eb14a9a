/** The rows of a matrix: checks and hosts, with what each driver came to. */
import { checks } from "../catalogue.ts";
import type { Check } from "../check.ts";
import { HOSTS, type Host } from "../host.ts";
import type { DriverReport } from "./report.ts";
import type { CheckResult } from "./result.ts";

export interface Row {
  readonly check: Check;
  readonly host: Host;
  /** By driver; `undefined` where it was not run. */
  readonly results: readonly (CheckResult | undefined)[];
}

/** All rows in which there is a result, check by check. */
export function rowsOf(drivers: readonly DriverReport[]): readonly Row[] {
  return checks.flatMap((check) =>
    HOSTS.flatMap((host) => {
      const results = drivers.map(({ results }) =>
        results.find((result) => result.id === check.id && result.host === host),
      );
      return results.some((result) => result !== undefined) ? [{ check, host, results }] : [];
    }),
  );
}
