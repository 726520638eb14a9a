/** All that a run has measured, as it is kept in results.json, and ways to look things up in it. */
import type { Engine, Kind } from "./contender.ts";
import type { Lag } from "./event-loop.ts";
import type { Machine } from "./machine.ts";
import { ratio, type Summary, summarize } from "./statistics.ts";
import { type Cell, type Circumstances, circumstancesKey, type Trial } from "./trial.ts";

/** Goes up when what is below changes its meaning. */
export const RESULTS_FORMAT = 1;

export interface Results {
  readonly format: typeof RESULTS_FORMAT;
  /** When it began, in ISO 8601. */
  readonly began: string;
  /** The profile's name, and whether a part of it was left out. */
  readonly profile: string;
  readonly filtered: boolean;
  readonly machine: Machine;
  /** Which share of the processors' time others had while it ran, of the time in which they were wanted; `undefined` where the system does not say. */
  readonly stolen?: number | undefined;
  /** Whether syncs were counted, and could be made slow. */
  readonly probed: boolean;
  readonly contenders: readonly ListedContender[];
  readonly workloads: readonly ListedWorkload[];
  readonly measured: readonly Measured[];
}

/** What the page says of a contender. */
export interface ListedContender {
  readonly name: string;
  readonly title: string;
  readonly engine: Engine;
  readonly kind: Kind;
  readonly about: string;
  readonly durability: Readonly<Record<string, string>>;
  readonly notes: Readonly<Record<string, string>>;
}

export interface ListedWorkload {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly unit: string;
  readonly measures: "time" | "memory";
  readonly writes: boolean;
}

export interface Measured extends Cell {
  /** By round. `"cannot"` where the contender has no such method. */
  readonly trials: readonly Outcome[] | "cannot";
}

/** What was measured, or why nothing was. */
export type Outcome = Trial | { readonly failed: string };

/** A run's results, by what they are of. */
export class ResultTable {
  readonly results: Results;
  readonly #cells = new Map<string, Measured>();

  constructor(results: Results) {
    this.results = results;
    for (const cell of results.measured) this.#cells.set(keyOf(cell, cell.contender), cell);
  }

  cell(circumstances: Circumstances, contender: string): Measured | undefined {
    return this.#cells.get(keyOf(circumstances, contender));
  }

  /** All circumstances in which a workload was measured. */
  circumstances(workload: string): Circumstances[] {
    const found = new Map<string, Circumstances>();
    for (const { workload: name, size, valueBytes, durability, disk } of this.results.measured) {
      if (name !== workload) continue;
      const circumstances = { workload, size, valueBytes, durability, disk };
      found.set(circumstancesKey(circumstances), circumstances);
    }
    return [...found.values()];
  }

  contenders(kind?: Kind, engine?: Engine): ListedContender[] {
    return this.results.contenders.filter(
      (one) =>
        (kind === undefined || one.kind === kind) &&
        (engine === undefined || one.engine === engine),
    );
  }

  value(circumstances: Circumstances, contender: string): Summary | undefined {
    return this.#summary(circumstances, contender, (trial) => trial.value);
  }

  lag(circumstances: Circumstances, contender: string, which: keyof Lag): Summary | undefined {
    return this.#summary(circumstances, contender, (trial) => trial.lag?.[which]);
  }

  syncs(circumstances: Circumstances, contender: string): Summary | undefined {
    return this.#summary(circumstances, contender, (trial) => trial.syncs);
  }

  /** How many times as fast a contender is as another one, or how many times as little memory it needs. */
  speed(
    contender: readonly [Circumstances, string],
    other: readonly [Circumstances, string],
  ): Summary | undefined {
    const values = ([circumstances, name]: readonly [Circumstances, string]) =>
      byRound(this.cell(circumstances, name), (trial) => trial.value);
    return ratio(values(other), values(contender));
  }

  #summary(
    circumstances: Circumstances,
    contender: string,
    look: (trial: Trial) => number | undefined,
  ): Summary | undefined {
    const numbers = byRound(this.cell(circumstances, contender), look).filter(
      (number) => number !== undefined,
    );
    return numbers.length === 0 ? undefined : summarize(numbers);
  }
}

function byRound(
  cell: Measured | undefined,
  look: (trial: Trial) => number | undefined,
): (number | undefined)[] {
  if (cell === undefined || cell.trials === "cannot") return [];
  return cell.trials.map((trial) => ("failed" in trial ? undefined : look(trial)));
}

function keyOf(circumstances: Circumstances, contender: string): string {
  return `${circumstancesKey(circumstances)} ${contender}`;
}
