/** What is measured: which workloads, on how much data, by whom. */
import type { Durability } from "@caterpillar/storage-core/driver";
import type { Contender, Engine, Kind } from "./contender.ts";
import type { Cell, Circumstances, Disk } from "./trial.ts";
import { circumstancesKey } from "./trial.ts";
import type { Workload } from "./workload.ts";

/** Workloads on all that are named here. */
export interface Selection {
  readonly workloads: readonly string[];
  readonly kinds: readonly Kind[];
  readonly engines: readonly Engine[];
  readonly sizes: readonly number[];
  readonly valueBytes: readonly number[];
  readonly durabilities: readonly Durability[];
  readonly disks: readonly Disk[];
  /** How many trials there are of each; as many as of the rest of the profile, unless told. */
  readonly trials?: number;
}

export interface Profile {
  readonly name: string;
  readonly trials: number;
  /** So long a trial is warmed up and measured, in milliseconds. */
  readonly warmMs: number;
  readonly timedMs: number;
  /** After so many milliseconds a trial is given up. */
  readonly timeoutMs: number;
  readonly selections: readonly Selection[];
}

/** Cells that are compared with each other, and measured in turn. */
export interface Group extends Circumstances {
  readonly contenders: readonly string[];
  /** Of each contender. */
  readonly trials: number;
}

/** Throws away what a filter does not want. */
export interface Filter {
  wantsWorkload(workload: Workload): boolean;
  wantsContender(contender: Contender): boolean;
}

/**
 * The groups of a profile. Of a contender that has not the durability there is no cell, except of reads, which do not depend on it. Those
 * that cannot do a workload at all are in the plan: only the session knows.
 */
export function plan(
  profile: Profile,
  workloads: readonly Workload[],
  contenders: readonly Contender[],
  filter: Filter,
): Group[] {
  const groups = new Map<string, Circumstances & { contenders: string[]; trials: number }>();
  for (const selection of profile.selections) {
    const { trials = profile.trials } = selection;
    for (const circumstances of circumstancesOf(
      selection,
      workloads.filter(filter.wantsWorkload),
    )) {
      const key = circumstancesKey(circumstances);
      const group = groups.get(key) ?? { ...circumstances, contenders: [], trials };
      group.trials = Math.max(group.trials, trials);
      const { writes } = named(workloads, circumstances.workload);
      for (const contender of contenders) {
        if (group.contenders.includes(contender.name)) continue;
        if (!isSelected(selection, contender) || !filter.wantsContender(contender)) continue;
        if (writes && !(circumstances.durability in contender.durability)) continue;
        group.contenders.push(contender.name);
      }
      if (group.contenders.length > 0) groups.set(key, group);
    }
  }
  return [...groups.values()];
}

function isSelected({ kinds, engines }: Selection, { kind, engine }: Contender): boolean {
  return kinds.includes(kind) && engines.includes(engine);
}

function* circumstancesOf(
  selection: Selection,
  workloads: readonly Workload[],
): Generator<Circumstances> {
  for (const workload of workloads) {
    if (!selection.workloads.includes(workload.name)) continue;
    for (const valueBytes of selection.valueBytes) {
      for (const size of selection.sizes) {
        for (const durability of selection.durabilities) {
          for (const disk of selection.disks) {
            yield { workload: workload.name, size, valueBytes, durability, disk };
          }
        }
      }
    }
  }
}

function named(workloads: readonly Workload[], name: string): Workload {
  return workloads.find((workload) => workload.name === name) as Workload;
}

/** The order of trials within a group: A B A B, so that what the machine does meanwhile meets all of them alike. */
export function* inTurn(group: Group): Generator<{ cell: Cell; round: number }> {
  const { contenders, trials, ...circumstances } = group;
  for (let round = 0; round < trials; round++) {
    for (const contender of contenders) yield { cell: { ...circumstances, contender }, round };
  }
}
