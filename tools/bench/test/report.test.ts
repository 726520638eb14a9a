import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Profile, Selection } from "../src/plan.ts";
import { FULL, QUICK } from "../src/profiles.ts";
import { chartsOf } from "../src/report/charts.ts";
import { comparison } from "../src/report/compare.ts";
import { duration, memory, significant, times } from "../src/report/numbers.ts";
import { page } from "../src/report/page.ts";
import { THEMES } from "../src/report/theme.ts";
import { pageOf, readResults, writeReport } from "../src/report/write.ts";
import { ResultTable } from "../src/results.ts";
import { peerVerdicts, verdicts } from "../src/targets.ts";
import type { Trial } from "../src/trial.ts";
import { emptyFolder } from "./folder.ts";
import { madeUp, plausible } from "./made-up.ts";

const BASE: Selection = {
  workloads: ["get"],
  kinds: ["ours", "raw", "peer"],
  engines: ["sqlite"],
  sizes: [1000],
  valueBytes: [100],
  durabilities: ["power-loss"],
  disks: ["plain"],
};

function profile(...selections: Partial<Selection>[]): Profile {
  return {
    ...QUICK,
    name: "test",
    trials: 3,
    selections: selections.map((selection) => ({ ...BASE, ...selection })),
  };
}

function trial(value: number, rest: Partial<Trial> = {}): Trial {
  return { value, ops: 10, ...rest };
}

describe("targets", () => {
  it("are ratios of the same rounds, and met at exactly what is wanted", async () => {
    // The machine is ten times as slow in the second round.
    const slow = [1, 10, 1];
    const results = await madeUp(profile({}), (_cell, { kind }, round) =>
      trial((kind === "ours" ? 1.25 : 1) * (slow[round] as number)),
    );
    const [found] = verdicts(new ResultTable(results));
    expect(found).toMatchObject({
      title: "point get",
      engine: "sqlite",
      wanted: { atLeast: 0.8 },
      figure: { median: 0.8, min: 0.8, max: 0.8 },
      isMet: true,
    });
  });

  it("are missed by less than is wanted", async () => {
    const results = await madeUp(profile({}), (_cell, { kind }) =>
      trial(kind === "ours" ? 1.26 : 1),
    );
    expect(verdicts(new ResultTable(results))[0]?.isMet).toBe(false);
  });

  it("compare sets at once with sets one after another", async () => {
    const results = await madeUp(
      profile({ workloads: ["set", "setAtOnce"], kinds: ["ours", "raw"] }),
      ({ workload }, { kind }) => {
        if (workload === "setAtOnce") return trial(kind === "ours" ? 1 : 100);
        return trial(kind === "ours" ? 6 : 5);
      },
    );
    const found = verdicts(new ResultTable(results)).map(({ title, figure, isMet }) => [
      title,
      figure.median,
      isMet,
    ]);
    expect(found).toEqual([
      ["one durable set after another", 5 / 6, false],
      ["1,000 concurrent durable sets, against the engine committing each", 5, true],
    ]);
  });

  it("ask that counting much takes no longer than counting little", async () => {
    const counting = profile({ workloads: ["count"], sizes: [1000, 100_000] });
    const [isMet] = verdicts(new ResultTable(await madeUp(counting, () => trial(2))));
    const [isMissed] = verdicts(new ResultTable(await madeUp(counting, ({ size }) => trial(size))));
    expect(isMet).toMatchObject({ figure: { median: 1 }, isMet: true });
    expect(isMissed).toMatchObject({ figure: { median: 0.01 }, isMet: false });
  });

  it("bound the time to clear, and the wait for the event loop on either disk", async () => {
    const results = await madeUp(
      profile(
        { workloads: ["clear"], sizes: [100_000] },
        { workloads: ["load"], disks: ["plain", "slow"] },
      ),
      ({ disk }) => trial(4, { lag: { p99: disk === "slow" ? 11 : 9, max: 50 } }),
    );
    const found = verdicts(new ResultTable(results)).filter(({ unit }) => unit === "ms");
    expect(found.map(({ figure, isMet }) => [figure.median, isMet])).toEqual([
      [4, true],
      [9, true],
      [11, false],
    ]);
  });

  it("have a line each on the page, and a cell for each engine that was measured", async () => {
    const results = await madeUp(FULL, plausible());
    const found = verdicts(new ResultTable(results));
    const text = page(results, []);
    const targets = text.slice(0, text.indexOf("Ahead of"));
    expect(targets.match(/^\|.*[≥≤]/gm)).toHaveLength(
      new Set(found.map(({ title }) => title)).size,
    );
    expect(targets.match(/[✓✗] \*\*/g)).toHaveLength(found.length);
    // An option that only SQLite has leaves the other engines out.
    const worker = found.filter(({ title }) => title.includes("in a worker"));
    expect(worker.map(({ engine }) => engine)).toEqual(["sqlite", "sqlite"]);
  });

  it("say nothing of what was not measured, or has failed", async () => {
    const none = await madeUp(profile({ kinds: ["ours"] }), () => trial(1));
    const failed = await madeUp(profile({}), () => ({ failed: "it broke" }));
    expect(verdicts(new ResultTable(none))).toEqual([]);
    expect(verdicts(new ResultTable(failed))).toEqual([]);
    expect(page(failed, [])).toContain("12 trials failed");
    expect(page(failed, [])).toContain("get, ours-sqlite: it broke");
  });

  it("compare with peers on the same engine, at the same durability", async () => {
    const results = await madeUp(
      profile({
        workloads: ["set"],
        engines: ["sqlite", "leveldb"],
        durabilities: ["power-loss", "process-crash"],
      }),
      ({ contender, durability }, { kind }) => {
        if (contender === "unstorage") return "cannot";
        if (kind !== "peer") return trial(1);
        return trial(durability === "power-loss" ? 2 : 0.5);
      },
    );
    const found = peerVerdicts(new ResultTable(results)).map(
      ({ circumstances, ours, peer, figure, isMet }) =>
        `${ours.name} ${peer.name} ${circumstances.durability} ${figure.median} ${isMet}`,
    );
    expect(found).toEqual([
      "ours-sqlite keyv power-loss 2 true",
      "ours-leveldb abstract-level power-loss 2 true",
      "ours-sqlite keyv process-crash 0.5 false",
      "ours-leveldb abstract-level process-crash 0.5 false",
    ]);
    expect(page(results, [])).toContain("in 2 of 4 comparisons");
    expect(page(results, [])).toMatch(/\| unstorage \| cannot \|/);
  });
});

describe("the page", () => {
  it("begins with the targets, and shows each chart for light and dark pages", async () => {
    const results = await madeUp(QUICK, plausible());
    const folder = join(emptyFolder(), "out");
    mkdirSync(folder);
    writeFileSync(join(folder, "of-an-earlier-run-light.svg"), "");
    writeReport(results, folder);
    const text = readFileSync(pageOf(folder), "utf8");
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings[0]).toBe("Targets");
    const shown = [...text.matchAll(/(?:src|srcset)="([^"]*)"/g)].map(([, name]) => name);
    expect(shown.length).toBeGreaterThan(0);
    for (const name of shown) expect(existsSync(join(folder, "..", `${name}`)), name).toBe(true);
    const charts = readdirSync(folder).filter((name) => name.endsWith(".svg"));
    expect(charts.map((name) => `${basename(folder)}/${name}`).toSorted()).toEqual(
      shown.toSorted(),
    );
    expect(readResults(join(folder, "results.json"))).toEqual(JSON.parse(JSON.stringify(results)));
  });

  it("says how many trials there were, also where there are more of some", async () => {
    const trials = async (...selections: Partial<Selection>[]): Promise<string | undefined> => {
      const results = await madeUp(profile(...selections), () => trial(1));
      return page(results, []).match(/, ([^,]*) trials of each/)?.[1];
    };
    expect(await trials({})).toBe("3");
    expect(await trials({}, { workloads: ["set"], trials: 9 })).toBe("3 to 9");
    const nobody = await madeUp(profile({}), () => "cannot");
    expect(page(nobody, [])).toContain(", 0 trials of each");
  });

  it("warns where the machine was busy, and where syncs were not counted", async () => {
    const results = await madeUp(profile({}), () => trial(1));
    expect(page(results, [])).not.toContain("**The machine had other things to do**");
    expect(page({ ...results, stolen: 0.01 }, [])).not.toContain("**Others had");
    expect(page({ ...results, stolen: 0.254 }, [])).toContain("**Others had 25 % of this");
    const busy = { ...results, probed: false, machine: { ...results.machine, load: 2 } };
    expect(page(busy, [])).toContain("**The machine had other things to do**");
    expect(page(busy, [])).toContain("**Syncs were not counted");
  });

  it("refuses results of another format", () => {
    const path = join(emptyFolder(), "results.json");
    writeFileSync(path, JSON.stringify({ format: 0 }));
    expect(() => readResults(path)).toThrow("format 1");
  });
});

describe("charts", () => {
  it("keep their words and dots within the picture, and write numbers only", async () => {
    const results = await madeUp(FULL, plausible());
    const charts = chartsOf(new ResultTable(results));
    expect(charts.map(({ name }) => name)).toEqual(["cost", "peers", "event-loop", "growth"]);
    for (const chart of charts) {
      for (const theme of THEMES) {
        const svg = chart.draw(theme);
        const [, width, height] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg) ?? [];
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        const places = [
          ...svg.matchAll(/<(?:text|circle) (?:x|cx)="([\d.-]+)" (?:y|cy)="([\d.-]+)"/g),
        ];
        expect(places.length, chart.name).toBeGreaterThan(20);
        for (const [, x, y] of places) {
          expect(Number(x)).toBeGreaterThanOrEqual(0);
          expect(Number(x)).toBeLessThanOrEqual(Number(width));
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(Number(height));
        }
      }
    }
  });

  it("are left out where there is nothing to show", async () => {
    const results = await madeUp(profile({ kinds: ["ours", "raw"] }), () => trial(1));
    expect(chartsOf(new ResultTable(results)).map(({ name }) => name)).toEqual(["cost"]);
  });
});

describe("a comparison", () => {
  it("shows times and ratios then and now, and calls better only what lies beyond the spread", async () => {
    const spread = [0.9, 1, 1.1];
    const run = (ours: number) =>
      madeUp(profile({ workloads: ["get", "set"] }), ({ workload }, { kind }, round) =>
        trial(kind === "ours" && workload === "get" ? ours * (spread[round] as number) : 1),
      );
    const then = await run(2);
    expect(comparison(then, await run(1))).toMatch(
      /point get, ours on SQLite.*\| 2\.00 ms \| 1\.00 ms \| 2\.00 × \| 0\.50 × \| 1\.00 × \| better \|/,
    );
    expect(comparison(then, await run(1.9))).toMatch(/point get.*within the spread \|/);
    expect(comparison(then, await run(4))).toMatch(/point get.*worse \|/);
    expect(comparison(then, then)).toMatch(/one durable set.*within the spread \|/);
  });

  it("says so where two runs have nothing in common", async () => {
    const then = await madeUp(profile({}), () => trial(1));
    const now = await madeUp(profile({ sizes: [10_000] }), () => trial(1));
    expect(comparison(then, now)).toContain("nothing in common");
  });
});

describe("numbers", () => {
  it.each([
    [1.234e-6, "1.23 ns"],
    [0.00192, "1.92 µs"],
    [0.1234, "123 µs"],
    [3.4, "3.40 ms"],
    [12_345, "12.3 s"],
    [0, "0 ns"],
  ])("shows %d ms as %s", (ms, shown) => {
    expect(duration(ms)).toBe(shown);
  });

  it("shows memory and factors", () => {
    expect(memory(12_345)).toBe("12.1 KiB");
    expect(memory(5 * 1024 ** 2)).toBe("5.00 MiB");
    expect(times(0.834)).toBe("0.83 ×");
    expect(significant(0.0012)).toBe("0.001");
    expect(significant(1234.5)).toBe("1,235");
  });
});
