/** The outcomes of all checks on all drivers, as text. */
import { checks } from "@caterpillar/storage-core/conformance";
import type { CheckOutcome } from "./run-checks.ts";

/** By driver and check. A check that is missing was not run. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, CheckOutcome>>;

const TITLE_WIDTH = 76;
const CELL_WIDTH = 9;

/** Whether every check was run on every driver, and passed. */
export function allPassed(outcomes: Outcomes): boolean {
  return [...outcomes.values()].every((of) =>
    checks.every(({ id }) => of.has(id) && of.get(id)?.failure === undefined),
  );
}

/** A line for each check, a column for each driver, and below what does not apply and what failed. */
export function matrixText(outcomes: Outcomes): string {
  const drivers = [...outcomes.keys()];
  const row = (title: string, cells: readonly string[]): string =>
    [shortened(title).padEnd(TITLE_WIDTH), ...cells.map((cell) => cell.padStart(CELL_WIDTH))].join(
      "",
    );
  const lines = [row("", drivers)];
  for (const { id, title } of checks) {
    const cells = drivers.map((driver) => cellOf(outcomes.get(driver)?.get(id)));
    lines.push(row(`${id} ${title}`, cells));
  }
  for (const cell of ["ok", "part", "FAILED", "not run"]) {
    const counts = drivers.map(
      (driver) => checks.filter(({ id }) => cellOf(outcomes.get(driver)?.get(id)) === cell).length,
    );
    if (counts.some((count) => count > 0)) lines.push(row(`total: ${cell}`, counts.map(String)));
  }
  return [...lines, ...partsOf(outcomes), ...failuresOf(outcomes)].join("\n");
}

function cellOf(outcome: CheckOutcome | undefined): string {
  if (outcome === undefined) return "not run";
  if (outcome.failure !== undefined) return "FAILED";
  return outcome.leftOut.length > 0 ? "part" : "ok";
}

/** What of each check is not applicable, with the drivers for which it is so. */
function partsOf(outcomes: Outcomes): string[] {
  const parts = new Map<string, string[]>();
  for (const { id } of checks) {
    for (const [driver, of] of outcomes) {
      for (const part of of.get(id)?.leftOut ?? []) {
        const line = `${id}  ${part}`;
        parts.set(line, [...(parts.get(line) ?? []), driver]);
      }
    }
  }
  if (parts.size === 0) return [];
  const lines = [...parts].map(([line, drivers]) => `  ${line} (${drivers.join(", ")})`);
  return ["", "part: passed, but for what is not applicable:", ...lines];
}

function failuresOf(outcomes: Outcomes): string[] {
  return [...outcomes].flatMap(([driver, of]) =>
    [...of.values()].flatMap(({ failure }) =>
      failure === undefined ? [] : ["", `${driver}: ${failure}`],
    ),
  );
}

function shortened(title: string): string {
  return title.length < TITLE_WIDTH ? title : `${title.slice(0, TITLE_WIDTH - 2)}…`;
}
