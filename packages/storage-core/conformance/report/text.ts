/** A report for a terminal or a log: the matrix of checks and drivers, and what failed. */
import { hostSuffix } from "../host.ts";
import { countsOf, type DriverReport, type Report } from "./report.ts";
import { type CheckResult, isComplaint, type Status } from "./result.ts";
import { rowsOf } from "./rows.ts";

const TITLE_WIDTH = 76;
const CELL_WIDTH = 12;

const CELLS: Readonly<Record<Status, string>> = {
  pass: "ok",
  fail: "FAILED",
  unsupported: "ok, in part",
  "not-run": "not run",
  deviation: "deviates",
  advice: "should",
};

/** Lines of text: what is wrong stands last, where it is seen. */
export function textOf({ drivers }: Report): string {
  const row = (title: string, cells: readonly string[]): string =>
    shortened(title).padEnd(TITLE_WIDTH) + cells.map((cell) => cell.padStart(CELL_WIDTH)).join("");
  const lines = [
    row(
      "",
      drivers.map(({ name }) => name),
    ),
  ];
  for (const { check, host, results } of rowsOf(drivers)) {
    const cells = results.map((result) => (result ? CELLS[result.status] : "-"));
    lines.push(row(`${check.id}${hostSuffix(host)} ${check.title}`, cells));
  }
  lines.push("");
  for (const status of Object.keys(CELLS) as Status[]) {
    const counts = drivers.map(({ results }) => countsOf(results).get(status) ?? 0);
    if (counts.some((count) => count > 0)) lines.push(row(CELLS[status], counts.map(String)));
  }
  lines.push(...notesOf(drivers), ...failuresOf(drivers), "", ...drivers.map(lastLineOf));
  return lines.join("\n");
}

/** The verdict and the checks behind it, for a log of which only the end is kept. */
function lastLineOf({ name, verdict, results }: DriverReport): string {
  const failed = results
    .filter(({ status }) => status === "fail")
    .map(({ id, host }) => `${id}${hostSuffix(host)}`);
  return `${name}: ${verdict}${failed.length > 0 ? `, ${CELLS.fail}: ${failed.join(", ")}` : ""}`;
}

/** What does not apply or was not run, with the drivers for which it is so. */
function notesOf(drivers: Report["drivers"]): string[] {
  const notes = new Map<string, string[]>();
  for (const { name, results } of drivers) {
    for (const { id, status, notes: own } of results) {
      for (const note of own) {
        const line = `  ${id}  ${CELLS[status]}: ${note}`;
        notes.set(line, [...(notes.get(line) ?? []), name]);
      }
    }
  }
  if (notes.size === 0) return [];
  return ["", ...[...notes].map(([line, names]) => `${line} (${names.join(", ")})`)];
}

function failuresOf(drivers: Report["drivers"]): string[] {
  return drivers.flatMap(({ name, results }) =>
    results.filter(isComplaint).flatMap((result) => ["", failureOf(name, result)]),
  );
}

function failureOf(name: string, { status, failure = "" }: CheckResult): string {
  return `${name}${status === "advice" ? " should" : ""}: ${failure.replaceAll("\n", "\n  ")}`;
}

function shortened(title: string): string {
  return title.length < TITLE_WIDTH ? title : `${title.slice(0, TITLE_WIDTH - 2)}…`;
}
