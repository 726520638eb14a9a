/** The charts of a run. */
import type { Engine } from "../contender.ts";
import type { ResultTable } from "../results.ts";
import type { Summary } from "../statistics.ts";
import {
  home,
  inWorker,
  oursOn,
  peerVerdicts,
  rawOn,
  SMALL_VALUES,
  TARGET_ENGINES,
} from "../targets.ts";
import { type DotPlot, type DotRow, dotPlot } from "./dot-plot.ts";
import { type Line, type LinePlot, linePlot } from "./line-plot.ts";
import { duration, significant, times } from "./numbers.ts";
import type { Theme } from "./theme.ts";

/** Two sizes make no line. */
const SIZES_THAT_SHOW = 3;

export interface Chart {
  /** Of its files, without what follows for the theme. */
  readonly name: string;
  /** What it shows, for those who do not see it. */
  readonly alt: string;
  draw(theme: Theme): string;
}

const ENGINE_TITLES: Readonly<Record<Engine, string>> = {
  sqlite: "SQLite",
  lmdb: "LMDB",
  leveldb: "LevelDB",
  memory: "memory",
};

/** Those for which something was measured. */
export function chartsOf(table: ResultTable): Chart[] {
  const plots = [
    dots("cost", cost(table)),
    dots("peers", peers(table)),
    dots("event-loop", eventLoop(table)),
    growth(table),
  ];
  return plots.filter((chart) => chart !== undefined);
}

function dots(name: string, plot: DotPlot): Chart | undefined {
  if (plot.rows.length === 0) return undefined;
  return { name, alt: `${plot.title}. ${plot.subtitle}`, draw: (theme) => dotPlot(plot, theme) };
}

function cost(table: ResultTable): DotPlot {
  return {
    title: "What the abstraction costs",
    subtitle:
      "Speed of ours, as a multiple of the engine's by hand, doing the same at the same durability",
    series: TARGET_ENGINES.map((engine) => ENGINE_TITLES[engine]),
    rows: rows(table, (workload) =>
      TARGET_ENGINES.map((engine) => {
        const circumstances = home(table, workload, engine, SMALL_VALUES, "plain");
        if (circumstances === undefined) return undefined;
        return table.speed([circumstances, oursOn(engine)], [circumstances, rawOn(engine)]);
      }),
    ),
    reference: { value: 1, label: "as fast" },
    least: 1e-6,
    format: times,
    formatTick: significantTick,
  };
}

function peers(table: ResultTable): DotPlot {
  const all = table.contenders("peer");
  const verdicts = peerVerdicts(table);
  return {
    title: "Beside other layers over the same engines",
    subtitle:
      "Speed of ours, as a multiple of theirs, at the same durability; at the right of the line, ours is faster",
    series: all.map(({ title }) => title),
    rows: rows(table, (workload) =>
      all.map(
        ({ name }) =>
          verdicts
            .filter(
              ({ peer, circumstances: one }) =>
                peer.name === name &&
                one.workload === workload &&
                one.durability === "power-loss" &&
                one.valueBytes === SMALL_VALUES,
            )
            .toSorted((a, b) => b.circumstances.size - a.circumstances.size)[0]?.figure,
      ),
    ),
    reference: { value: 1, label: "as fast" },
    least: 1e-6,
    format: times,
    formatTick: significantTick,
  };
}

function eventLoop(table: ResultTable): DotPlot {
  const on = (disk: "plain" | "slow", suffix: string): DotRow[] =>
    rows(
      table,
      (workload) =>
        [
          ...TARGET_ENGINES.map((engine) => [engine, oursOn(engine)] as const),
          ["sqlite", inWorker("sqlite")] as const,
        ].map(([engine, contender]): Summary | undefined => {
          const circumstances = home(table, workload, engine, SMALL_VALUES, disk);
          if (circumstances === undefined) return undefined;
          const p99 = table.lag(circumstances, contender, "p99");
          const max = table.lag(circumstances, contender, "max");
          return p99 && max && { median: p99.median, min: p99.median, max: max.median };
        }),
      suffix,
    );
  return {
    title: "How long the event loop keeps others waiting",
    subtitle:
      "Ours, while it writes: what 99 of 100 who come at a random moment wait at most, and the longest pause",
    series: [...TARGET_ENGINES.map((engine) => ENGINE_TITLES[engine]), "SQLite, worker"],
    rows: [...on("plain", ""), ...on("slow", ", slow disk")],
    reference: { value: 10, label: "10 ms" },
    least: 0.1,
    format: duration,
    formatTick: roundDuration,
  };
}

/** Of all workloads whose time is measured. */
function rows(
  table: ResultTable,
  points: (workload: string) => readonly (Summary | undefined)[],
  suffix = "",
): DotRow[] {
  return table.results.workloads
    .filter(({ measures }) => measures === "time")
    .map(({ name, title }) => ({ label: title + suffix, points: points(name) }))
    .filter((row) => row.points.some((point) => point !== undefined));
}

function growth(table: ResultTable): Chart | undefined {
  const panels = table.results.workloads
    .map(({ name, title }) => ({
      title,
      lines: TARGET_ENGINES.flatMap((engine, color) => [
        growthOf(table, name, oursOn(engine), color, false, ENGINE_TITLES[engine]),
        growthOf(table, name, rawOn(engine), color, true, `${ENGINE_TITLES[engine]} by hand`),
      ]),
    }))
    .filter(({ lines }) => lines.some(({ points }) => points.length >= SIZES_THAT_SHOW));
  if (panels.length === 0) return undefined;
  const plot: LinePlot = {
    title: "How it grows with the data",
    subtitle:
      "Time for an operation, by the number of entries of 100 bytes; dashed: the engine by hand",
    marks: [...new Set(table.results.measured.map(({ size }) => size))],
    panels,
    formatX: (value) => value.toLocaleString("en", { notation: "compact" }),
    formatY: roundDuration,
  };
  return {
    name: "growth",
    alt: `${plot.title}. ${plot.subtitle}`,
    draw: (theme) => linePlot(plot, theme),
  };
}

function growthOf(
  table: ResultTable,
  workload: string,
  contender: string,
  color: number,
  dashed: boolean,
  label: string,
): Line {
  const points = table
    .circumstances(workload)
    .filter(
      (one) =>
        one.valueBytes === SMALL_VALUES && one.durability === "power-loss" && one.disk === "plain",
    )
    .toSorted((a, b) => a.size - b.size)
    .flatMap((one) => {
      const value = table.value(one, contender);
      return value === undefined ? [] : [[one.size, value.median] as const];
    });
  return { label, color, dashed, points };
}

/** Of a number that is round. */
function roundDuration(ms: number): string {
  return duration(ms)
    .replace(/(\.\d*?)0+ /, "$1 ")
    .replace(". ", " ");
}

function significantTick(value: number): string {
  return value >= 1 ? value.toLocaleString("en") : significant(value).replace(/0+$/, "");
}
