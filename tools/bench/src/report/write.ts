/** Writes a run's results: the page, and beside it a folder with the charts and all that was measured. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { RESULTS_FORMAT, type Results, ResultTable } from "../results.ts";
import { chartsOf } from "./charts.ts";
import { page } from "./page.ts";
import { THEMES } from "./theme.ts";

/** All that was measured. */
const RESULTS_FILE = "results.json";

export function writeReport(results: Results, folder: string): void {
  mkdirSync(folder, { recursive: true });
  // Charts of an earlier run, which may be of what this one has not measured.
  for (const name of readdirSync(folder)) if (name.endsWith(".svg")) rmSync(join(folder, name));
  const charts = chartsOf(new ResultTable(results));
  for (const theme of THEMES) {
    for (const chart of charts) {
      writeFileSync(join(folder, `${chart.name}-${theme.name}.svg`), `${chart.draw(theme)}\n`);
    }
  }
  writeFileSync(pageOf(folder), page(results, charts, basename(folder)));
  writeFileSync(join(folder, RESULTS_FILE), `${JSON.stringify(results, undefined, 1)}\n`);
}

/** The page of a folder: `docs/benchmarks.md`. */
export function pageOf(folder: string): string {
  return `${folder}.md`;
}

/** Reads what was measured; throws where the file is something else. */
export function readResults(path: string): Results {
  const results = JSON.parse(readFileSync(path, "utf8")) as Partial<Results>;
  if (results.format !== RESULTS_FORMAT) {
    throw new Error(`${path} has no results of format ${RESULTS_FORMAT}; measure them again`);
  }
  return results as Results;
}
