/**
 * Runs the conformance kit on every driver and prints the matrix of checks and drivers. Ends with 1 where a check has failed or was not
 * run. Arguments: the names of drivers, for some of them only.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checks } from "@caterpillar/storage-core/conformance";
import { DRIVERS } from "./drivers.ts";
import { allPassed, matrixText } from "./matrix.ts";
import type { CheckOutcome } from "./run-checks.ts";

/** A check that takes longer hangs; the driver's process is ended then. */
const LIMIT_MS = 120_000;
/** So many drivers at once. */
const AT_ONCE = 2;

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !DRIVERS.some((driver) => driver.name === name));
if (unknown !== undefined) {
  console.error(
    `there is no driver ${unknown}; there are ${DRIVERS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const names = DRIVERS.map(({ name }) => name).filter(
  (name) => wanted.length === 0 || wanted.includes(name),
);
const outcomes = new Map(names.map((name) => [name, new Map<string, CheckOutcome>()]));

const waiting = [...names];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await runDriver(name, outcomes.get(name) as Map<string, CheckOutcome>);
    }
  }),
);
progress("");
console.log(matrixText(outcomes));
process.exitCode = allPassed(outcomes) ? 0 : 1;

/** Resolves when the driver's process has ended, however it did. */
function runDriver(name: string, into: Map<string, CheckOutcome>): Promise<void> {
  const child = fork(fileURLToPath(new URL("run-checks.ts", import.meta.url)), [name]);
  let watchdog: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  };
  watch();
  child.on("message", (outcome: CheckOutcome) => {
    into.set(outcome.id, outcome);
    watch();
    progress(
      names.map((each) => `${each} ${outcomes.get(each)?.size}/${checks.length}`).join("  "),
    );
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(watchdog);
      if (into.size < checks.length) {
        const next = checks.find(({ id }) => !into.has(id));
        const failure = `the process ended with ${signal ?? code} in ${next?.id} ${next?.title}`;
        into.set(next?.id ?? "", { id: next?.id ?? "", leftOut: [], failure });
      }
      resolve();
    });
  });
}

/** One line that is written over again, on a terminal; nothing in a pipe. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}
