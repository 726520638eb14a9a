/** What a run of the kit has found, as data: the same for a file, a page and a terminal. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DriverFacts } from "../../src/driver.ts";
import { checks } from "../catalogue.ts";
import type { Check } from "../check.ts";
import { clauses, unchecked } from "../clauses.ts";
import { planFor } from "../plan.ts";
import type { Profile } from "../profile.ts";
import { chosenSeed } from "../random.ts";
import type { CheckResult, Status } from "./result.ts";

/**
 * `conformant` takes every check of the catalogue, on every host that the driver's facts share. Where one fails it is `not-conformant`; where one was not run, be it because this machine
 * cannot or because nobody asked for it, it is `incomplete`, whatever the others say. There is no score.
 */
export type Verdict = "conformant" | "conformant-with-deviations" | "incomplete" | "not-conformant";

export interface DriverReport {
  readonly name: string;
  /** The target's module, as it was given. */
  readonly module: string;
  readonly profile: Profile;
  /** What is wrong with the broken drivers that the kit has found right before, so that its word counts. None where only some checks were asked for. */
  readonly canaries: readonly string[];
  readonly facts: DriverFacts;
  readonly verdict: Verdict;
  readonly results: readonly CheckResult[];
}

/** A check without what runs it. */
export interface CheckOutline {
  readonly id: string;
  readonly title: string;
  readonly clauses: readonly string[];
  readonly level: Check["level"];
  /** The names of what it needs of the machine. */
  readonly needs: readonly string[];
}

export interface Report {
  /** The version of the package that the kit is in. */
  readonly kit: string;
  /** SHA-256 of the clauses and checks: two reports of one digest have asked for the same. */
  readonly catalogue: string;
  /** When the run began, ISO 8601. */
  readonly started: string;
  readonly node: string;
  readonly platform: string;
  /** What random choices began with; the environment variable `CONFORMANCE_SEED` repeats them. */
  readonly seed: number;
  /** What was asked, for readers who do not have the catalogue. */
  readonly checks: readonly CheckOutline[];
  /** Clauses of the contract that no check tests, by id, and why. */
  readonly untested: Readonly<Record<string, string>>;
  readonly drivers: readonly DriverReport[];
}

/** A report of these drivers. */
export function reportOf(started: Date, drivers: readonly DriverReport[]): Report {
  return {
    kit: kitVersion(),
    catalogue: catalogueDigest(),
    started: started.toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    seed: chosenSeed(),
    checks: checks.map(outlineOf),
    untested: unchecked,
    drivers,
  };
}

function outlineOf({ id, title, clauses, level, needs }: Check): CheckOutline {
  return { id, title, clauses, level, needs: needs.map(({ name }) => name) };
}

/** Throws where nothing was run at all: that is no verdict, but a mistake of whoever asked. */
export function verdictOf(results: readonly CheckResult[], facts: DriverFacts): Verdict {
  if (results.length === 0) throw new TypeError("no check was run, so there is no verdict");
  const has = (status: Status): boolean => results.some((result) => result.status === status);
  if (has("fail")) return "not-conformant";
  const made = new Set(results.map(({ id, host }) => `${id} ${host}`));
  const isWhole = planFor(facts).every(({ check, host }) => made.has(`${check.id} ${host}`));
  if (has("not-run") || !isWhole) return "incomplete";
  return has("deviation") ? "conformant-with-deviations" : "conformant";
}

/** What the kit has found before it gave verdicts, as a sentence; none where it was not asked for any. */
export function canariesOf({ drivers }: Report): string {
  const bugs = [...new Set(drivers.flatMap(({ canaries }) => canaries))];
  if (bugs.length === 0) return "";
  return `Before that, the kit has found ${bugs.length} broken drivers of its own, where ${bugs.join("; ")}.`;
}

/** The profile that all of its drivers were run with, or all that there are: `quick`. */
export function profilesOf({ drivers }: Report): string {
  return [...new Set(drivers.map(({ profile }) => profile))].join(" and ");
}

/** How many checks came to each status. */
export function countsOf(results: readonly CheckResult[]): ReadonlyMap<Status, number> {
  const counts = new Map<Status, number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** The version of the package that the kit is in. */
export function kitVersion(): string {
  const file = import.meta.resolve("@caterpillar/storage-core/package.json");
  return (JSON.parse(readFileSync(fileURLToPath(file), "utf8")) as { version: string }).version;
}

function catalogueDigest(): string {
  const hash = createHash("sha256");
  for (const [id, sentence] of clauses) hash.update(`${id}\0${sentence}\0`);
  for (const { id, title } of checks) hash.update(`${id}\0${title}\0`);
  return hash.digest("hex");
}
