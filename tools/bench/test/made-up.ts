/** Results that nobody has measured, to see what is made of them. */
import type { Contender } from "../src/contender.ts";
import { loadContenders } from "../src/contenders/index.ts";
import { type Profile, plan } from "../src/plan.ts";
import { Random } from "../src/random.ts";
import { type Measured, RESULTS_FORMAT, type Results } from "../src/results.ts";
import type { Cell, Trial } from "../src/trial.ts";
import { WORKLOADS } from "../src/workloads/index.ts";

/** Results of a profile, with what `measure` says of each trial; `"cannot"` for a contender that cannot. */
export async function madeUp(
  profile: Profile,
  measure: (
    cell: Cell,
    contender: Contender,
    round: number,
  ) => Trial | { failed: string } | "cannot",
): Promise<Results> {
  const contenders = await loadContenders();
  const all = { wantsWorkload: () => true, wantsContender: () => true };
  const measured: Measured[] = [];
  for (const { contenders: names, trials: count, ...circumstances } of plan(
    profile,
    WORKLOADS,
    contenders,
    all,
  )) {
    for (const name of names) {
      const contender = contenders.find((one) => one.name === name) as Contender;
      const cell = { ...circumstances, contender: name };
      const trials = Array.from({ length: count }, (_, round) => measure(cell, contender, round));
      const done = trials.filter((trial) => trial !== "cannot");
      measured.push({ ...cell, trials: done.length === 0 ? "cannot" : done });
    }
  }
  return {
    format: RESULTS_FORMAT,
    began: "2026-01-02T03:04:05.000Z",
    profile: profile.name,
    filtered: false,
    machine: {
      processor: "Made Up 9000",
      cores: 2,
      memoryGiB: 24,
      system: "linux 6 x64",
      fileSystem: "ext4",
      syncMs: 0.06,
      load: 0.1,
      node: "v24.0.0",
      versions: { lmdb: "3.5.6" },
      commit: "0123456789abcdef",
      changed: false,
    },
    probed: true,
    contenders: contenders.map(({ open, packages, ...told }) => told),
    workloads: WORKLOADS.map(({ name, title, about, unit, measures, writes }) => {
      return { name, title, about, unit, measures, writes };
    }),
    measured,
  };
}

/** What somebody may measure who has all workloads and contenders: of very different sizes, with some noise. */
export function plausible(seed = 1): (cell: Cell, contender: Contender) => Trial {
  const random = new Random(seed);
  const noise = (): number => 0.9 + random.below(200) / 1000;
  return ({ workload, size, disk }, { kind, engine }) => {
    const index = WORKLOADS.findIndex(({ name }) => name === workload);
    const writes = WORKLOADS[index]?.writes === true;
    const base = 10 ** ((index % 6) - 3) * (1 + Math.log10(size) / 5);
    const layer = { ours: 1.3 + (index % 4) / 3, raw: 1, option: 1.5, peer: 4 + index }[kind];
    const slow = disk === "slow" ? 5 : 0;
    const own = { sqlite: 1, lmdb: 0.7, leveldb: 1.6, memory: 0.4 }[engine];
    return {
      value: (base * layer * own + slow) * noise(),
      ops: 1000,
      lag: writes
        ? { p99: (0.4 + index / 3 + slow) * own * noise(), max: (2 + index + slow) * own }
        : undefined,
      syncs: writes ? 1 : undefined,
    };
  };
}
