/** One measurement: what a process is told to do, and what it answers. Plain data. */
import type { Durability } from "@caterpillar/storage-core/driver";
import type { Lag } from "./event-loop.ts";

/** What can be compared: all that is alike for the contenders of one workload. */
export interface Circumstances {
  /** The workload's name. */
  readonly workload: string;
  /** How many entries there are. */
  readonly size: number;
  readonly valueBytes: number;
  readonly durability: Durability;
  /** The disk as it is, or one on which each sync takes {@link SLOW_SYNC_MS} longer. */
  readonly disk: Disk;
}

export type Disk = "plain" | "slow";

/** What a sync takes longer on the slow disk, in milliseconds. */
export const SLOW_SYNC_MS = 5;

/** What is measured several times: a contender in given circumstances. */
export interface Cell extends Circumstances {
  /** The contender's name. */
  readonly contender: string;
}

export interface TrialSpec extends Cell {
  /** The database; nothing is there yet where the workload starts with an empty one. */
  readonly path: string;
  readonly seed: number;
  /** So long it is warmed up, and measured, in milliseconds: at least one pass each, and whole passes. */
  readonly warmMs: number;
  readonly timedMs: number;
}

/** What was measured. */
export interface Trial {
  /** Milliseconds for an operation; bytes for one, where memory is measured. */
  readonly value: number;
  readonly ops: number;
  /** Of workloads that write. */
  readonly lag?: Lag | undefined;
  /** Syncs for an operation, where they were counted. */
  readonly syncs?: number | undefined;
}

/** A text that is the same for the same circumstances. */
export function circumstancesKey(of: Circumstances): string {
  return [of.workload, of.size, of.valueBytes, of.durability, of.disk].join(" ");
}
