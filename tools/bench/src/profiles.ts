/** What `--quick` and `--full` measure. */
import type { Profile, Selection } from "./plan.ts";

const READS = ["get", "missing", "getMany", "scanByPage", "scan", "range", "keys", "count", "open"];
const WRITES = ["set", "setAtOnce", "load", "update", "mixed", "delete", "clear"];

const SMALL = 100;
const LARGE = 4096;

const standard = {
  kinds: ["ours", "raw"],
  engines: ["sqlite", "lmdb", "leveldb"],
  valueBytes: [SMALL],
  durabilities: ["power-loss"],
  disks: ["plain"],
} as const satisfies Partial<Selection>;

/** Where commits are made is seen in how long they take, and in what waits beside them. */
const inWorker = { kinds: ["option"], disks: ["plain", "slow"] } as const;

/** Trials of what waits for the disk again and again: a sync takes five times as long as another one, for seconds, on a disk that others use. */
const MOODS = 9;

/** Some minutes: what the targets need, and a look at the others. */
export const QUICK: Profile = {
  name: "quick",
  trials: 5,
  warmMs: 400,
  timedMs: 100,
  timeoutMs: 120_000,
  selections: [
    { ...standard, workloads: ["get", "getMany", "count"], sizes: [100_000] },
    { ...standard, workloads: ["scanByPage", "scan"], sizes: [10_000] },
    { ...standard, workloads: ["count"], kinds: ["ours"], sizes: [1000] },
    { ...standard, workloads: ["set"], sizes: [10_000], trials: MOODS },
    { ...standard, workloads: ["setAtOnce"], sizes: [10_000] },
    { ...standard, workloads: ["load", "clear"], sizes: [100_000] },
    { ...standard, workloads: ["set"], sizes: [10_000], disks: ["slow"] },
    { ...standard, workloads: ["setAtOnce"], kinds: ["ours"], sizes: [10_000], disks: ["slow"] },
    { ...standard, workloads: ["load"], kinds: ["ours"], sizes: [100_000], disks: ["slow"] },
    { ...standard, ...inWorker, workloads: ["set"], sizes: [10_000] },
    { ...standard, ...inWorker, workloads: ["load"], sizes: [100_000] },
    { ...standard, workloads: ["get", "getMany"], kinds: ["peer"], sizes: [100_000] },
    { ...standard, workloads: ["scan", "set", "setAtOnce"], kinds: ["peer"], sizes: [10_000] },
  ],
};

/** Some hours: everything. */
export const FULL: Profile = {
  name: "full",
  trials: 7,
  warmMs: 300,
  timedMs: 1500,
  timeoutMs: 1_800_000,
  selections: [
    {
      ...standard,
      workloads: READS,
      kinds: ["ours", "raw", "peer"],
      engines: ["sqlite", "lmdb", "leveldb", "memory"],
      sizes: [100_000, 1_000_000],
    },
    {
      ...standard,
      workloads: [...WRITES, "snapshots"],
      kinds: ["ours", "raw", "peer"],
      engines: ["sqlite", "lmdb", "leveldb", "memory"],
      sizes: [100_000],
      durabilities: ["power-loss", "process-crash"],
    },
    { ...standard, workloads: WRITES, sizes: [100_000], disks: ["slow"] },
    { ...standard, ...inWorker, workloads: WRITES, sizes: [100_000] },
    {
      ...standard,
      workloads: [...READS, ...WRITES],
      kinds: ["ours", "raw", "peer"],
      sizes: [100_000],
      valueBytes: [LARGE],
    },
    { ...standard, workloads: ["count"], kinds: ["ours"], sizes: [1000] },
    {
      ...standard,
      workloads: ["get", "range", "set", "open"],
      sizes: [10_000, 100_000, 1_000_000, 10_000_000],
    },
  ],
};
