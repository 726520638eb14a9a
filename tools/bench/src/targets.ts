/** What is aimed at, as ratios of one run, and what came of it. */
import type { Engine } from "./contender.ts";
import type { ListedContender, ResultTable } from "./results.ts";
import type { Summary } from "./statistics.ts";
import type { Circumstances, Disk } from "./trial.ts";

/** A target on one engine, and what was measured. */
export interface Verdict {
  readonly title: string;
  readonly engine: Engine;
  readonly wanted: Wanted;
  /** Times as fast as what it is compared with, or milliseconds. */
  readonly unit: "times" | "ms";
  readonly figure: Summary;
  readonly isMet: boolean;
  /** What the figure is made of: ours, and what it is compared with. */
  readonly of: readonly Summary[];
  /** How much data it was measured on. */
  readonly size: number;
}

type Wanted = { readonly atLeast: number } | { readonly atMost: number };

/** Ours and a peer on the same engine, doing the same at the same durability. */
export interface PeerVerdict {
  readonly circumstances: Circumstances;
  readonly peer: ListedContender;
  readonly ours: ListedContender;
  /** How many times as fast ours is. */
  readonly figure: Summary;
  readonly isMet: boolean;
}

/** The engines that have targets, as they are told. */
export const TARGET_ENGINES: readonly Engine[] = ["sqlite", "lmdb", "leveldb"];

/** Values that all targets are for; those of speed are looked at for large values, too. */
export const SMALL_VALUES = 100;

/** More entries than that show how things grow, and are no everyday size. */
const USUAL_SIZE = 1_000_000;

interface Target {
  readonly title: string;
  readonly wanted: Wanted;
  /** Whether it holds for large values as well. */
  readonly forLarge: boolean;
  read(table: ResultTable, engine: Engine, valueBytes: number): Reading | undefined;
}

type Reading = Pick<Verdict, "unit" | "figure" | "of" | "size">;

const TARGETS: readonly Target[] = [
  asFastAsRaw("get", "point get", 0.8),
  asFastAsRaw("getMany", "getMany of 100", 0.95),
  asFastAsRaw("scanByPage", "scan by page", 0.95),
  asFastAsRaw("scan", "scan by entry", 0.6),
  asFastAsRaw("load", "bulk load", 0.9),
  asFastAsRaw("set", "one durable set after another", 0.85),
  groupCommit("1,000 concurrent durable sets, against the engine committing each", "plain", 3),
  groupCommit("1,000 concurrent durable sets, each sync 5 ms slower", "slow", 50),
  {
    title: "count, against that of 1,000 entries (1 = no slower, 0.8 to allow for noise)",
    wanted: { atLeast: 0.8 },
    forLarge: false,
    read(table, engine, valueBytes) {
      const few = table
        .circumstances("count")
        .find((one) => one.size === 1000 && one.valueBytes === valueBytes);
      const many = home(table, "count", engine, valueBytes, "plain");
      if (few === undefined || many === undefined || many.size === few.size) return undefined;
      return speed(table, [many, oursOn(engine)], [few, oursOn(engine)]);
    },
  },
  {
    title: "clear of 100,000 items",
    wanted: { atMost: 5 },
    forLarge: false,
    read(table, engine, valueBytes) {
      const circumstances = home(table, "clear", engine, valueBytes, "plain", 100_000);
      if (circumstances === undefined) return undefined;
      const figure = table.value(circumstances, oursOn(engine));
      return figure && { unit: "ms", figure, of: [], size: circumstances.size };
    },
  },
  pause("event loop, p99, while transactions of 10,000 writes commit", "plain"),
  pause("event loop, p99, each sync 5 ms slower", "slow"),
];

export function oursOn(engine: Engine): string {
  return `ours-${engine}`;
}

export function rawOn(engine: Engine): string {
  return `raw-${engine}`;
}

/** All targets that something was measured for. */
export function verdicts(table: ResultTable): Verdict[] {
  const sizes = [...new Set(table.results.measured.map(({ valueBytes }) => valueBytes))];
  return sizes
    .toSorted((a, b) => a - b)
    .flatMap((valueBytes) =>
      TARGETS.filter(({ forLarge }) => forLarge || valueBytes === SMALL_VALUES).flatMap((target) =>
        TARGET_ENGINES.flatMap((engine) => verdict(table, target, engine, valueBytes)),
      ),
    );
}

function verdict(
  table: ResultTable,
  { title, wanted, read }: Target,
  engine: Engine,
  valueBytes: number,
): Verdict[] {
  const reading = read(table, engine, valueBytes);
  if (reading === undefined) return [];
  const { median } = reading.figure;
  const isMet = "atLeast" in wanted ? median >= wanted.atLeast : median <= wanted.atMost;
  const suffix = valueBytes === SMALL_VALUES ? "" : `, values of ${valueBytes} bytes`;
  return [{ title: title + suffix, engine, wanted, isMet, ...reading }];
}

/** Ours against each peer, wherever both have done a workload in the same circumstances, and time was measured. */
export function peerVerdicts(table: ResultTable): PeerVerdict[] {
  const found: PeerVerdict[] = [];
  for (const { name, measures } of table.results.workloads) {
    if (measures !== "time") continue;
    for (const circumstances of table.circumstances(name)) {
      for (const peer of table.contenders("peer")) {
        const [ours] = table.contenders("ours", peer.engine);
        if (ours === undefined) continue;
        const figure = table.speed([circumstances, ours.name], [circumstances, peer.name]);
        if (figure === undefined) continue;
        found.push({ circumstances, peer, ours, figure, isMet: figure.median > 1 });
      }
    }
  }
  return found;
}

/**
 * The circumstances that a workload's figures are told of: the largest everyday size, or the size that is given, at full durability,
 * in which ours was measured.
 */
export function home(
  table: ResultTable,
  workload: string,
  engine: Engine,
  valueBytes: number,
  disk: Disk,
  size?: number,
): Circumstances | undefined {
  return table
    .circumstances(workload)
    .filter(
      (one) =>
        one.durability === "power-loss" &&
        one.disk === disk &&
        one.valueBytes === valueBytes &&
        (size === undefined ? one.size <= USUAL_SIZE : one.size === size) &&
        table.value(one, oursOn(engine)) !== undefined,
    )
    .toSorted((a, b) => b.size - a.size)[0];
}

function asFastAsRaw(workload: string, title: string, atLeast: number): Target {
  return {
    title,
    wanted: { atLeast },
    forLarge: true,
    read(table, engine, valueBytes) {
      const circumstances = home(table, workload, engine, valueBytes, "plain");
      if (circumstances === undefined) return undefined;
      return speed(table, [circumstances, oursOn(engine)], [circumstances, rawOn(engine)]);
    },
  };
}

/** The engine commits each set by itself where one is set after another. */
function groupCommit(title: string, disk: Disk, atLeast: number): Target {
  return {
    title,
    wanted: { atLeast },
    forLarge: false,
    read(table, engine, valueBytes) {
      const together = home(table, "setAtOnce", engine, valueBytes, disk);
      if (together === undefined) return undefined;
      const each = { ...together, workload: "set" };
      return speed(table, [together, oursOn(engine)], [each, rawOn(engine)]);
    },
  };
}

function pause(title: string, disk: Disk): Target {
  return {
    title,
    wanted: { atMost: 10 },
    forLarge: false,
    read(table, engine, valueBytes) {
      const circumstances = home(table, "load", engine, valueBytes, disk);
      if (circumstances === undefined) return undefined;
      const figure = table.lag(circumstances, oursOn(engine), "p99");
      return figure && { unit: "ms", figure, of: [], size: circumstances.size };
    },
  };
}

function speed(
  table: ResultTable,
  ours: readonly [Circumstances, string],
  other: readonly [Circumstances, string],
): Reading | undefined {
  const figure = table.speed(ours, other);
  const values = [table.value(...ours), table.value(...other)];
  if (figure === undefined || values[0] === undefined || values[1] === undefined) return undefined;
  return { unit: "times", figure, of: [values[0], values[1]], size: ours[0].size };
}
