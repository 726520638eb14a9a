/** A whole run, small: real processes, real engines, and the page that comes out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadContenders } from "../src/contenders/index.ts";
import { type Profile, plan } from "../src/plan.ts";
import { pageOf, writeReport } from "../src/report/write.ts";
import { type Results, ResultTable } from "../src/results.ts";
import { run } from "../src/run.ts";
import { SLOW_SYNC_MS } from "../src/trial.ts";
import { WORKLOADS } from "../src/workloads/index.ts";
import { HAS_COMPILER } from "./compiler.ts";
import { emptyFolder } from "./folder.ts";

const BASE = {
  kinds: ["ours", "raw"],
  engines: ["sqlite", "lmdb", "leveldb"],
  sizes: [1000],
  valueBytes: [100],
  durabilities: ["power-loss"],
  disks: ["plain"],
} as const;

async function runOf(...selections: Profile["selections"]): Promise<Results> {
  const profile: Profile = {
    name: "tiny",
    trials: 1,
    warmMs: 0,
    timedMs: 1,
    timeoutMs: 60_000,
    selections,
  };
  const contenders = await loadContenders();
  const all = { wantsWorkload: () => true, wantsContender: () => true };
  return await run({
    profile,
    groups: plan(profile, WORKLOADS, contenders, all),
    workloads: WORKLOADS,
    contenders,
    filtered: false,
    folder: emptyFolder(),
    seed: 7,
    onTrial() {},
  });
}

describe("a run", () => {
  it("measures in processes of their own, and leaves a page", { timeout: 120_000 }, async () => {
    const results = await runOf(
      { ...BASE, workloads: ["get", "set"], engines: ["leveldb"], kinds: ["ours", "raw"] },
      { ...BASE, workloads: ["count", "get"], engines: ["leveldb"], kinds: ["peer"] },
      { ...BASE, workloads: ["load"], engines: ["sqlite"], kinds: ["raw"] },
    );
    const told = results.measured.map(({ workload, contender, trials }) => [
      workload,
      contender,
      trials === "cannot" ? trials : trials.map((trial) => ("failed" in trial ? trial.failed : "")),
    ]);
    expect(told).toEqual([
      ["get", "ours-leveldb", [""]],
      ["get", "raw-leveldb", [""]],
      ["get", "abstract-level", [""]],
      ["set", "ours-leveldb", [""]],
      ["set", "raw-leveldb", [""]],
      ["count", "abstract-level", "cannot"],
      ["load", "raw-sqlite", [""]],
    ]);
    const folder = join(emptyFolder(), "out");
    writeReport(results, folder);
    const page = readFileSync(pageOf(folder), "utf8");
    expect(page).toMatch(/\| point get \| ≥ 0\.80 × \| [✓✗] \*\*/);
  });

  it("says why a trial failed, and goes on", { timeout: 120_000 }, async () => {
    const results = await runOf({
      ...BASE,
      workloads: ["get"],
      kinds: ["raw"],
      engines: ["sqlite"],
      // No power of ten.
      sizes: [123],
    });
    const reasons = results.measured.flatMap(({ trials }) =>
      trials === "cannot" ? [] : trials.map((trial) => ("failed" in trial ? trial.failed : "")),
    );
    expect(reasons).toEqual([expect.stringContaining("power of ten")]);
  });
});

describe.skipIf(!HAS_COMPILER)("with a C compiler, a run", () => {
  it("counts the syncs of each commit, and slows them down", { timeout: 120_000 }, async () => {
    const results = await runOf(
      { ...BASE, workloads: ["set"] },
      { ...BASE, workloads: ["set"], kinds: ["ours"], disks: ["slow"] },
      { ...BASE, workloads: ["set"], durabilities: ["process-crash"] },
      { ...BASE, workloads: ["setAtOnce"], kinds: ["ours"] },
    );
    const lookup = new ResultTable(results);
    const cells = results.measured.map((cell) => ({
      name: `${cell.workload} ${cell.contender} ${cell.durability} ${cell.disk}`,
      syncs: lookup.syncs(cell, cell.contender)?.median,
      ms: lookup.value(cell, cell.contender)?.median ?? 0,
    }));
    const syncs = Object.fromEntries(cells.map(({ name, syncs: counted }) => [name, counted]));
    // LMDB syncs the data, and then the root.
    expect(syncs).toEqual({
      "set ours-sqlite power-loss plain": 1,
      "set ours-lmdb power-loss plain": 2,
      "set ours-leveldb power-loss plain": 1,
      "set raw-sqlite power-loss plain": 1,
      "set raw-lmdb power-loss plain": 2,
      "set raw-leveldb power-loss plain": 1,
      "set ours-sqlite power-loss slow": 1,
      "set ours-lmdb power-loss slow": 2,
      "set ours-leveldb power-loss slow": 1,
      "set ours-sqlite process-crash plain": 0,
      "set ours-leveldb process-crash plain": 0,
      "set raw-sqlite process-crash plain": 0,
      "set raw-leveldb process-crash plain": 0,
      "setAtOnce ours-sqlite power-loss plain": 0.001,
      "setAtOnce ours-lmdb power-loss plain": 0.002,
      "setAtOnce ours-leveldb power-loss plain": 0.001,
    });
    const slow = cells.filter(({ name }) => name.endsWith("slow"));
    for (const { name, ms, syncs: counted } of slow) {
      expect(ms, name).toBeGreaterThanOrEqual((counted ?? 0) * SLOW_SYNC_MS);
    }
  });
});
