/** What a check is. Checks are data; a runner maps them to its tests. */
import type { Context } from "./context.ts";
import type { Host } from "./host.ts";
import type { Need } from "./need.ts";

export interface Check {
  /** Group and number, `ISO-04`. Never changes its meaning and is never used again. */
  readonly id: string;
  /** What it shows, in a few words. */
  readonly title: string;
  /** The ids of the clauses that it tests. */
  readonly clauses: readonly string[];
  /** Whether a driver that fails it is not conformant. What a driver only should do is reported, and decides nothing. */
  readonly level: "must" | "should";
  /** Without what it is not run. */
  readonly needs: readonly Need[];
  /** Where its sessions may live. Only a check that is made of schedules can do with any but the thread. */
  readonly hosts: readonly Host[];
  /** Rejects where the driver does not keep the clauses. */
  readonly run: (context: Context) => Promise<void>;
}

/** The name of its group: `ISO`. */
export function groupOf({ id }: Check): string {
  return id.slice(0, id.indexOf("-"));
}

/**
 * Makes the checks of a group, in the order of their numbers: `"04 path aliases": { clauses, run }`. They run in the thread alone, must hold and
 * need nothing, unless they say more.
 */
export function group(
  name: string,
  checks: Readonly<Record<string, Pick<Check, "clauses" | "run"> & Partial<Check>>>,
): readonly Check[] {
  return Object.entries(checks).map(([heading, check]) => {
    const [number, ...title] = heading.split(" ");
    const id = `${name}-${number}`;
    return { id, title: title.join(" "), level: "must", needs: [], hosts: ["thread"], ...check };
  });
}
