/** What is done, over and over, and how it is seen that it was done. */
import type { Ability, MaybePromise, Session } from "./contender.ts";
import type { Dataset } from "./dataset.ts";
import type { Random } from "./random.ts";

export interface Workload {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What exactly is done. */
  readonly about: string;
  /** What is counted: `get`, `entry`. */
  readonly unit: string;
  /** What a session has to be able to do. */
  readonly needs: readonly Ability[];
  /** Whether data change: each trial then has a database of its own. */
  readonly writes: boolean;
  /** What is there in the beginning: all of the dataset, or an empty database. */
  readonly start: "loaded" | "empty";
  /** What is measured: how long an operation takes, or how much memory it keeps. */
  readonly measures: "time" | "memory";
  /** How many passes there are before the clock runs; as many as there is time for, unless told. */
  readonly warmPasses?: number;
  /** How many passes are measured at least, if there are so many: as many as fit into the time, unless told. */
  readonly minPasses?: number;
  /** How many passes are measured at most. */
  readonly maxPasses?: number;
  /** Each operation is acknowledged by itself, so each has to be synced by itself where it is to survive the loss of power. */
  readonly acknowledgesEach?: boolean;
  begin(bench: Bench): MaybePromise<Round>;
}

/** What a workload is given. */
export interface Bench {
  readonly data: Dataset;
  readonly random: Random;
  /** Whether entries come in the order of their keys. */
  readonly ordered: boolean;
  /** How many operations make up a pass: what is given, or few where each one takes long. */
  few(ops: number): number;
  /** Opens the database. It is closed in the end, where it was not closed before. */
  open(): Promise<Session>;
}

export interface Round {
  /** The next pass, with all that it needs made beforehand; `undefined` where there is nothing left to do. `warm`: before the clock runs. */
  next(warm: boolean): MaybePromise<Pass | undefined>;
  /** Looks, in a session opened anew, whether what was written is there. */
  verify?(session: Session): MaybePromise<void>;
}

export interface Pass {
  /** How many operations it is. */
  readonly ops: number;
  /** What is measured. */
  run(): MaybePromise<unknown>;
  /** Throws where the result is not right. */
  check?(): MaybePromise<void>;
}
