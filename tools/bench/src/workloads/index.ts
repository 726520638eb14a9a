/** All that is done, in the order in which it is told. */
import type { Workload } from "../workload.ts";
import { clear, load } from "./bulk.ts";
import { get, getMany, missing } from "./reads.ts";
import { count, keys, range, scan, scanByPage } from "./scans.ts";
import { open, snapshots } from "./sessions.ts";
import { mixed, remove, set, setAtOnce, update } from "./writes.ts";

export const WORKLOADS: readonly Workload[] = [
  get,
  missing,
  getMany,
  scanByPage,
  scan,
  range,
  keys,
  count,
  set,
  setAtOnce,
  load,
  update,
  mixed,
  remove,
  clear,
  open,
  snapshots,
];

/** The workload of a name that stands in WORKLOADS. */
export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`there is no workload ${name}`);
  return found;
}
