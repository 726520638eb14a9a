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
  /** Why it is out of reach, where that is known: a sentence or more, in Markdown. */
  readonly cause: string | undefined;
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
  /** Why it may be missed, for an engine or for all. */
  readonly causes?: Causes | undefined;
  read(table: ResultTable, engine: Engine, valueBytes: number): Reading | undefined;
}

type Causes = Partial<Record<Engine | "all", string>>;

type Reading = Pick<Verdict, "unit" | "figure" | "of" | "size">;

const causes = {
  get: {
    all: "**Point get**: what every read pays is a promise, a turn of microtasks, checks of the key and the name, and a look at the clock. That is a fixed part of a microsecond or so, which a synchronous call of 2 to 5 µs does not have. In a CPU profile of SQLite four fifths of the time are SQLite's own.",
    lmdb: "**Point get, LMDB**: a get reads twice, the container's generation and the item, in a read transaction that is begun anew, as another process may have committed. lmdb-js by hand reads once, in a transaction that it keeps for all reads of a turn of the event loop, and so sees commits of others late. In a CPU profile the two lookups are two fifths of the time, and what lmdb-js does to begin the transaction, a timer among it, is a tenth.",
  },
  getMany: {
    all: "**getMany**: each key is checked, written behind its container's prefix, and answered as a pair.",
    sqlite:
      "**getMany, SQLite**: an item is a row and an entry of an index, as tables `WITHOUT ROWID` are three times slower with values of 4 KiB; so a lookup in a large table reads one page more.",
  },
  scanByPage: {
    all: "**Scan by page**: each page is a snapshot of its own, which is begun and ended; each entry is checked for what is not text, and handed on as a pair.",
    sqlite:
      "**Scan by page, SQLite**: in a CPU profile seven tenths of the time are SQLite's own. An item is a row and an entry of an index, so each is looked up once more, and the length of each value is looked at before it is read, as no page may be larger than a mebibyte. By hand the values stand in the index itself.",
    leveldb:
      "**Scan by page, LevelDB**: a page looks at the end of its iterator before it says that it is whole, as LevelDB tells of damaged blocks there only. That is one more way to the engine's thread and back for each page.",
  },
  scan: {
    all: "**Scan by entry**: each entry is a promise of an asynchronous iterator.",
  },
  load: {
    all: "**Bulk load**: a transaction keeps its writes in a sorted map until it commits, so that it can read them, and then hands them over in order. By hand they go to the engine at once. In CPU profiles the map takes a fifth of the time on SQLite and LMDB, and a quarter on LevelDB. On a flat store each key is written with its container's prefix.",
  },
  set: {
    all: "**One durable set after another**: a set takes a place in the queue, in which others that come in the same moment join its commit; it is looked whether the file is still at its path; and all of that runs on cold caches after each sync. On LevelDB, where one took 479 µs, 60 had passed before the engine was asked, 24 of them with that look, and 16 passed after it had answered.",
    lmdb: "**One durable set after another, LMDB**: each commit is announced in a file that other processes read, as lmdb-js may lose a commit that is made while somebody opens the database (docs/design.md); and the generation of its container is read. Of 906 µs, 146 had passed before lmdb-js was asked, and 44 passed after it had answered.",
  },
  count: {
    all: "**Count**: it walks: SQLite and LMDB do so themselves, without the keys being read. An exact number that is kept with the commit would have to know of each set whether its key is new. That is a lookup for each write, and what a lookup costs is in the row of getMany: it would make a bulk load slower by half, and more on LevelDB, and writes that need no look at the state would need one.",
  },
  clear: {
    all: "**Clear**: it writes a few keys and syncs them, whatever the container holds. What is measured is one call, in a process that has cleared nothing before.",
  },
  pause: {
    sqlite:
      "**Event loop, SQLite**: better-sqlite3 is synchronous, so the sync of a commit, and the two of a checkpoint after a large one, are waited for in the thread itself. That is what the option `worker` is for. With it, slices of 3 ms are left, two of which may meet: 5 to 8 ms, of which the thread works all but a part of one. In the longer pauses of a profile the thread was idle for 4 to 9 ms though a timer was due: it had no processor, on a machine of two that the worker and others use as well.",
    lmdb: "**Event loop, LMDB**: all of a commit is handed over in one call, since LMDB's lock would be held for our code otherwise: which takes from 2 ms for 10,000 writes to 25 ms where nothing is compiled yet, and what they came to is told in one turn as well: 8 ms.",
    leveldb:
      "**Event loop, LevelDB**: the batch is put together in slices, and written beside the thread; what is left are slices of 3 ms that meet each other.",
  },
} satisfies Record<string, Causes>;

const TARGETS: readonly Target[] = [
  asFastAsRaw("get", "point get", 0.8, causes.get),
  asFastAsRaw("getMany", "getMany of 100", 0.95, causes.getMany),
  asFastAsRaw("scanByPage", "scan by page", 0.95, causes.scanByPage),
  asFastAsRaw("scan", "scan by entry", 0.6, causes.scan),
  asFastAsRaw("load", "bulk load", 0.9, causes.load),
  asFastAsRaw("set", "one durable set after another", 0.85, causes.set),
  groupCommit("1,000 concurrent durable sets, against the engine committing each", "plain", 3),
  groupCommit("1,000 concurrent durable sets, each sync 5 ms slower", "slow", 50),
  {
    title: "count, against that of 1,000 entries (1 = no slower, 0.8 to allow for noise)",
    wanted: { atLeast: 0.8 },
    forLarge: false,
    causes: causes.count,
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
    causes: causes.clear,
    read(table, engine, valueBytes) {
      const circumstances = home(table, "clear", engine, valueBytes, "plain", 100_000);
      if (circumstances === undefined) return undefined;
      const figure = table.value(circumstances, oursOn(engine));
      return figure && { unit: "ms", figure, of: [], size: circumstances.size };
    },
  },
  pause("event loop, p99, while transactions of 10,000 writes commit", "plain", oursOn),
  pause("the same, commits made in a worker", "plain", inWorker),
  pause("event loop, p99, each sync 5 ms slower", "slow", oursOn),
  pause("the same, commits made in a worker, syncs 5 ms slower", "slow", inWorker),
];

export function oursOn(engine: Engine): string {
  return `ours-${engine}`;
}

/** Ours, where its commits are made in a worker thread; nobody, on engines that have no such option. */
export function inWorker(engine: Engine): string {
  return `ours-${engine}-worker`;
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
  { title, wanted, causes, read }: Target,
  engine: Engine,
  valueBytes: number,
): Verdict[] {
  const reading = read(table, engine, valueBytes);
  if (reading === undefined) return [];
  const { median } = reading.figure;
  const isMet = "atLeast" in wanted ? median >= wanted.atLeast : median <= wanted.atMost;
  const suffix = valueBytes === SMALL_VALUES ? "" : `, values of ${valueBytes} bytes`;
  const cause = causes?.[engine] ?? causes?.all;
  return [{ title: title + suffix, engine, wanted, isMet, cause, ...reading }];
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

function asFastAsRaw(workload: string, title: string, atLeast: number, because: Causes): Target {
  return {
    title,
    causes: because,
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

function pause(title: string, disk: Disk, contender: (engine: Engine) => string): Target {
  return {
    title,
    causes: causes.pause,
    wanted: { atMost: 10 },
    forLarge: false,
    read(table, engine, valueBytes) {
      const circumstances = home(table, "load", engine, valueBytes, disk);
      if (circumstances === undefined) return undefined;
      const figure = table.lag(circumstances, contender(engine), "p99");
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
