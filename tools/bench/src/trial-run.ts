/** Runs one trial in this process. */
import type { Contender, Session } from "./contender.ts";
import { Dataset } from "./dataset.ts";
import { LagMonitor } from "./event-loop.ts";
import { Random } from "./random.ts";
import { ownProbe, type SyncProbe } from "./sync-probe.ts";
import { SLOW_SYNC_MS, type Trial, type TrialSpec } from "./trial.ts";
import type { Bench, Pass, Round, Workload } from "./workload.ts";
import { loadAll } from "./workloads/bulk.ts";
import { workloadNamed } from "./workloads/index.ts";

/** Where a sync takes 5 ms, a pass has a fiftieth of its operations. */
const FEW_OF = 50;
/** A durability that survives less than the loss of power is there to save syncs: less than one for so many sets. */
const SETS_PER_SYNC = 2;

/** The contender has no method for the workload. */
export class CannotError extends Error {}

/** The contender is that of the spec. Rejects where it has done anything wrong. */
export async function runTrial(spec: TrialSpec, contender: Contender): Promise<Trial> {
  const workload = workloadNamed(spec.workload);
  const data = new Dataset(spec.size, spec.valueBytes, spec.seed);
  const sessions = new Sessions(contender, spec, workload);
  if (contender.engine === "memory") await sessions.fill(data);
  const round = await workload.begin({
    data,
    random: new Random(spec.seed),
    ordered: contender.ordered,
    few: (ops) => (spec.disk === "slow" ? Math.ceil(ops / FEW_OF) : ops),
    open: () => sessions.open(),
  } satisfies Bench);
  await warmUp(round, spec, workload);
  const trial = await measure(round, spec, workload);
  await sessions.closeAll();
  await round.verify?.(await sessions.open());
  await sessions.closeAll();
  return trial;
}

/** The sessions of a trial. */
class Sessions {
  readonly #contender: Contender;
  readonly #spec: TrialSpec;
  readonly #workload: Workload;
  readonly #open = new Set<Session>();
  #create: boolean;

  constructor(contender: Contender, spec: TrialSpec, workload: Workload) {
    this.#contender = contender;
    this.#spec = spec;
    this.#workload = workload;
    // What lives in memory cannot be prepared by another process.
    this.#create = workload.start === "empty" || contender.engine === "memory";
  }

  /** Opens the database; where it is not there yet, it is made. Throws where the contender cannot do the workload. */
  async open(): Promise<Session> {
    const { path, durability, valueBytes } = this.#spec;
    const create = this.#create;
    this.#create = false;
    const session = await this.#contender.open(path, { create, durability, valueBytes });
    const close = session.close.bind(session);
    session.close = async () => {
      if (this.#open.delete(session)) await close();
    };
    this.#open.add(session);
    if (this.#workload.needs.some((ability) => session[ability] === undefined)) {
      await session.close();
      throw new CannotError();
    }
    return session;
  }

  /** Loads what others find loaded. */
  async fill(data: Dataset): Promise<void> {
    if (this.#workload.start === "empty") return;
    const session = await this.open();
    await loadAll(session, data);
    await session.close();
  }

  async closeAll(): Promise<void> {
    for (const session of [...this.#open]) await session.close();
  }
}

async function warmUp(round: Round, { warmMs }: TrialSpec, { warmPasses }: Workload) {
  const until = performance.now() + warmMs;
  for (let passes = 1; ; passes++) {
    const pass = await round.next(true);
    if (pass === undefined) throw new Error("nothing is left to measure after warming up");
    await pass.run();
    await pass.check?.();
    if (warmPasses === undefined ? performance.now() >= until : passes >= warmPasses) return;
  }
}

async function measure(round: Round, spec: TrialSpec, workload: Workload): Promise<Trial> {
  const { minPasses = 1, maxPasses = Number.POSITIVE_INFINITY, measures, writes } = workload;
  const clock = measures === "time" ? new Clock(writes) : new Scales();
  const syncs = writes ? new Syncs(spec) : undefined;
  let ops = 0;
  collectGarbage();
  const isMore = (passes: number): boolean =>
    passes < maxPasses && (passes < minPasses || clock.elapsed < spec.timedMs);
  for (let passes = 0; isMore(passes); passes++) {
    const pass = await round.next(false);
    if (pass === undefined) break;
    syncs?.start();
    await clock.run(pass);
    syncs?.stop();
    await pass.check?.();
    ops += pass.ops;
  }
  if (ops === 0) throw new Error("nothing was measured: the dataset is too small");
  return {
    value: clock.total / ops,
    ops,
    lag: clock.lag,
    syncs: syncs?.perOperation(ops, workload),
  };
}

/** Measures time. */
class Clock {
  readonly #monitor: LagMonitor | undefined;
  /** In milliseconds. */
  total = 0;

  constructor(watchesLoop: boolean) {
    this.#monitor = watchesLoop ? new LagMonitor() : undefined;
  }

  get elapsed(): number {
    return this.total;
  }

  get lag() {
    return this.#monitor?.lag;
  }

  async run(pass: Pass): Promise<void> {
    this.#monitor?.start();
    const began = performance.now();
    await pass.run();
    this.total += performance.now() - began;
    this.#monitor?.stop();
  }
}

/** Measures resident memory. */
class Scales {
  readonly elapsed = 0;
  readonly lag = undefined;
  /** In bytes. */
  total = 0;

  async run(pass: Pass): Promise<void> {
    collectGarbage();
    const before = process.memoryUsage.rss();
    await pass.run();
    collectGarbage();
    this.total += process.memoryUsage.rss() - before;
  }
}

/** Counts the syncs of what is measured, and makes them slow where they are to be. */
class Syncs {
  readonly #probe: SyncProbe | undefined;
  readonly #spec: TrialSpec;
  #calls = 0;
  #taken = 0;

  constructor(spec: TrialSpec) {
    this.#probe = ownProbe();
    this.#spec = spec;
    if (spec.disk === "slow" && this.#probe === undefined) {
      throw new Error("there is no slow disk without the probe");
    }
  }

  start(): void {
    if (this.#probe === undefined) return;
    if (this.#spec.disk === "slow") this.#probe.delay(SLOW_SYNC_MS);
    this.#calls -= this.#probe.calls;
    this.#taken -= this.#probe.taken;
  }

  stop(): void {
    if (this.#probe === undefined) return;
    this.#calls += this.#probe.calls;
    this.#taken += this.#probe.taken;
    this.#probe.delay(0);
  }

  /** How many there were for an operation. Throws where that is not what the durability asks for, or syncs were not slow. */
  perOperation(ops: number, { acknowledgesEach }: Workload): number | undefined {
    if (this.#probe === undefined) return undefined;
    const { durability, disk } = this.#spec;
    if (disk === "slow" && this.#taken < this.#calls * SLOW_SYNC_MS) {
      throw new Error(`${this.#calls} syncs took ${this.#taken} ms: they were not made slow`);
    }
    if (acknowledgesEach && durability === "power-loss" && this.#calls < ops) {
      throw new Error(
        `${this.#calls} syncs for ${ops} sets that were to survive the loss of power`,
      );
    }
    if (acknowledgesEach && durability !== "power-loss" && this.#calls * SETS_PER_SYNC > ops) {
      throw new Error(`${this.#calls} syncs for ${ops} sets that were not to be synced`);
    }
    return this.#calls / ops;
  }
}

function collectGarbage(): void {
  globalThis.gc?.();
}
