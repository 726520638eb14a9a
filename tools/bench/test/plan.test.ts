import { describe, expect, it } from "vitest";
import type { Contender, Kind } from "../src/contender.ts";
import {
  type Filter,
  type Group,
  inTurn,
  type Profile,
  plan,
  type Selection,
} from "../src/plan.ts";
import type { Workload } from "../src/workload.ts";
import { WORKLOADS } from "../src/workloads/index.ts";

const ALL: Filter = { wantsWorkload: () => true, wantsContender: () => true };

const CONTENDERS = [
  contender("ours-sqlite", "sqlite", "ours", "power-loss", "process-crash"),
  contender("raw-sqlite", "sqlite", "raw", "power-loss", "process-crash"),
  contender("ours-lmdb", "lmdb", "ours", "power-loss"),
  contender("keyv", "sqlite", "peer", "power-loss", "process-crash"),
];

const BASE: Selection = {
  workloads: ["get"],
  kinds: ["ours", "raw"],
  engines: ["sqlite", "lmdb"],
  sizes: [1000],
  valueBytes: [100],
  durabilities: ["power-loss"],
  disks: ["plain"],
};

function contender(
  name: string,
  engine: Contender["engine"],
  kind: Kind,
  ...durability: string[]
): Contender {
  return {
    name,
    title: name,
    engine,
    kind,
    ordered: true,
    about: "",
    durability: Object.fromEntries(durability.map((one) => [one, "somehow"])),
    notes: {},
    packages: [],
    open: () => Promise.reject(new Error("nobody opens it")),
  };
}

function profile(...selections: Selection[]): Profile {
  return { name: "test", trials: 3, warmMs: 0, timedMs: 0, timeoutMs: 1000, selections };
}

function planned(of: Profile, filter = ALL) {
  return plan(of, WORKLOADS as readonly Workload[], CONTENDERS, filter);
}

describe("plan", () => {
  it("makes a group of those who do the same in the same circumstances", () => {
    expect(planned(profile({ ...BASE, sizes: [1000, 10_000] }))).toEqual([
      {
        workload: "get",
        size: 1000,
        valueBytes: 100,
        durability: "power-loss",
        disk: "plain",
        contenders: ["ours-sqlite", "raw-sqlite", "ours-lmdb"],
        trials: 3,
      },
      expect.objectContaining({ size: 10_000 }),
    ]);
  });

  it("brings those together that several selections have in the same circumstances, each once", () => {
    const groups = planned(profile(BASE, { ...BASE, kinds: ["ours", "peer"] }));
    expect(groups.map(({ contenders }) => contenders)).toEqual([
      ["ours-sqlite", "raw-sqlite", "ours-lmdb", "keyv"],
    ]);
  });

  it("asks nobody for a durability that it has not, but everybody for reads", () => {
    const selection = { ...BASE, durabilities: ["process-crash"] as const };
    const [reads] = planned(profile(selection));
    const [writes] = planned(profile({ ...selection, workloads: ["set"] }));
    expect(reads?.contenders).toContain("ours-lmdb");
    expect(writes?.contenders).toEqual(["ours-sqlite", "raw-sqlite"]);
  });

  it("leaves out what a filter does not want, and groups that are left with nobody", () => {
    const filter: Filter = {
      wantsWorkload: ({ name }) => name === "set",
      wantsContender: ({ engine }) => engine === "lmdb",
    };
    const both = { ...BASE, workloads: ["get", "set"] };
    expect(planned(profile(both), filter).map(({ workload }) => workload)).toEqual(["set"]);
    expect(planned(profile({ ...both, engines: ["sqlite"] }), filter)).toEqual([]);
  });
});

describe("trials", () => {
  it("take turns: A B A B, not A A B B", () => {
    const [group] = planned(profile({ ...BASE, engines: ["sqlite"], trials: 2 }));
    const order = [...inTurn(group as Group)].map(
      ({ cell, round }) => `${cell.contender} ${round}`,
    );
    expect(order).toEqual(["ours-sqlite 0", "raw-sqlite 0", "ours-sqlite 1", "raw-sqlite 1"]);
  });

  it("are as many as the profile's, or as the one of its selections says that wants most", () => {
    const trials = (...selections: Selection[]): number[] =>
      planned(profile(...selections)).map(({ trials }) => trials);
    expect(trials(BASE)).toEqual([3]);
    expect(trials({ ...BASE, trials: 9 }, { ...BASE, kinds: ["peer"] })).toEqual([9]);
    expect(trials(BASE, { ...BASE, kinds: ["peer"], trials: 9 })).toEqual([9]);
  });
});
