/** Makes a run: prepares the databases, measures one trial after another, and collects what comes out. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Contender } from "./contender.ts";
import { describeMachine } from "./machine.ts";
import { type Group, inTurn, type Profile } from "./plan.ts";
import { copyFolder } from "./prepared.ts";
import { type Measured, type Outcome, RESULTS_FORMAT, type Results } from "./results.ts";
import { watchStolen } from "./stolen.ts";
import { type BuiltProbe, buildProbe } from "./sync-probe.ts";
import type { Cell } from "./trial.ts";
import { type Answer, type Order, runProcess } from "./trial-process.ts";
import type { Workload } from "./workload.ts";

export interface RunOptions {
  readonly profile: Profile;
  readonly groups: readonly Group[];
  /** Those that are in the groups, at least. */
  readonly workloads: readonly Workload[];
  readonly contenders: readonly Contender[];
  readonly filtered: boolean;
  /** An empty folder on the disk that is to be measured. */
  readonly folder: string;
  readonly seed: number;
  /** Is told of each trial before it begins, of those that are left out, too. */
  readonly onTrial: (what: string) => void;
}

/** The database, within the folder that it has for itself. */
const DATABASE = "db";
/** The folder of the trial that is under way. */
const TRIAL = "trial";

export async function run(options: RunOptions): Promise<Results> {
  const { profile, contenders, workloads, folder } = options;
  const began = new Date().toISOString();
  const machine = describeMachine(folder, contenders);
  const stolen = watchStolen();
  const probe = buildProbe(folder);
  const runner = new Runner(options, probe);
  const measured: Measured[] = [];
  for (const group of options.groups) {
    if (group.disk === "slow" && probe === undefined) continue;
    measured.push(...(await runner.measure(group)));
  }
  const took = (key: "contender" | "workload") => new Set(measured.map((cell) => cell[key]));
  return {
    format: RESULTS_FORMAT,
    began,
    profile: profile.name,
    filtered: options.filtered,
    machine,
    stolen: stolen(),
    probed: probe !== undefined,
    contenders: contenders
      .filter(({ name }) => took("contender").has(name))
      .map(({ open, packages, ...told }) => told),
    workloads: workloads
      .filter(({ name }) => took("workload").has(name))
      .map(({ name, title, about, unit, measures, writes }) => {
        return { name, title, about, unit, measures, writes };
      }),
    measured,
  };
}

class Runner {
  readonly #options: RunOptions;
  readonly #probe: BuiltProbe | undefined;
  /** The folders of the databases that were loaded. */
  readonly #loaded = new Set<string>();

  constructor(options: RunOptions, probe: BuiltProbe | undefined) {
    this.#options = options;
    this.#probe = probe;
  }

  async measure(group: Group): Promise<Measured[]> {
    const trials = new Map<string, Outcome[]>();
    const cannot = new Set<string>();
    for (const { cell, round } of inTurn(group)) {
      this.#options.onTrial(`${cell.workload}, ${cell.contender}, trial ${round + 1}`);
      if (cannot.has(cell.contender)) continue;
      const trial = await this.#trial(cell);
      if (trial === "cannot") cannot.add(cell.contender);
      else trials.set(cell.contender, [...(trials.get(cell.contender) ?? []), trial]);
    }
    const { contenders, trials: _, ...circumstances } = group;
    return contenders.map((contender) => ({
      ...circumstances,
      contender,
      trials: cannot.has(contender) ? "cannot" : (trials.get(contender) ?? []),
    }));
  }

  async #trial(cell: Cell): Promise<Outcome | "cannot"> {
    const { folder, seed, profile } = this.#options;
    const trial = join(folder, TRIAL);
    try {
      const spec = {
        ...cell,
        path: join(await this.#place(cell, trial), DATABASE),
        seed,
        warmMs: profile.warmMs,
        timedMs: profile.timedMs,
      };
      const answer = await this.#process({ kind: "trial", spec });
      if (answer.kind === "trial") return answer.trial;
      if (answer.kind === "cannot") return "cannot";
      throw new Error(`a trial was answered by ${answer.kind}`);
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    } finally {
      rmSync(trial, { recursive: true, force: true });
    }
  }

  #process(order: Order): Promise<Answer> {
    this.#probe?.probe.reset();
    const { folder, profile } = this.#options;
    return runProcess(order, {
      // The processes need not compile the same sources again and again.
      environment: { NODE_COMPILE_CACHE: join(folder, "compiled"), ...this.#probe?.environment },
      timeout: profile.timeoutMs,
    });
  }

  /** The folder in which the trial finds its database, or makes one. */
  async #place(cell: Cell, trial: string): Promise<string> {
    const { start, writes } = named(this.#options.workloads, cell.workload);
    const { engine } = named(this.#options.contenders, cell.contender);
    if (start === "empty" || engine === "memory") {
      mkdirSync(trial);
      return trial;
    }
    const loaded = await this.#load(cell);
    if (!writes) return loaded;
    copyFolder(loaded, trial);
    return trial;
  }

  /** The folder of a loaded database. */
  async #load({ contender, size, valueBytes }: Cell): Promise<string> {
    const folder = join(this.#options.folder, `${contender}-${size}-${valueBytes}`);
    if (this.#loaded.has(folder)) return folder;
    const { seed } = this.#options;
    const spec = { contender, size, valueBytes, seed, path: join(folder, DATABASE) };
    try {
      mkdirSync(folder);
      await this.#process({ kind: "load", spec });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    this.#loaded.add(folder);
    return folder;
  }
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not part of the run`);
  return found;
}
