/** Where the sessions of a schedule live. A driver may keep them apart within a thread, and mix them up between two processes. */
import type { DriverFacts } from "../src/driver.ts";

export type Host =
  /** All of them in the thread that runs the check. */
  | "thread"
  /** Each in a worker thread of its own. */
  | "workers"
  /** Each in a process of its own. */
  | "processes";

export const HOSTS: readonly Host[] = ["thread", "workers", "processes"];

/** For names of runs: nothing in one thread, else ` (workers)`. */
export function hostSuffix(host: Host): string {
  return host === "thread" ? "" : ` (${host})`;
}

/** Why no sessions of a driver with these facts can meet there, such as `facts.processes is locked`; `undefined` where they can. */
export function obstacle(host: Host, facts: DriverFacts): string | undefined {
  if (host === "thread") return undefined;
  const fact = host === "workers" ? "threads" : "processes";
  return facts[fact] === "shared" ? undefined : `facts.${fact} is ${facts[fact]}`;
}

/** The hosts where sessions of a driver with these facts can meet. */
export function hostsFor(facts: DriverFacts): readonly Host[] {
  return HOSTS.filter((host) => obstacle(host, facts) === undefined);
}
