/** strace: what a process asks of the system, in the order in which it does, and what becomes of it: a call may fail, take long, or be the last. https://strace.io */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Need, need } from "./need.ts";

/** What makes what is written to the disk durable: calls with a file, or with a part of memory that is one. */
export const SYNCS = ["fsync", "fdatasync", "msync"] as const;
/** These, and others that do so more or less. */
const ALL_SYNCS = [...SYNCS, "sync_file_range", "sync", "syncfs"].join(",");

/** A strace that works here: that it lets a call fail, and that it kills, is tried. */
export const strace: Need = need("strace", () => {
  const sync = "require('node:fs').fsyncSync(0)";
  const failing = [...failingSyncs(1, "/dev/null"), process.execPath, "-e", sync];
  const killing = [...killingAtSync(1), process.execPath, "-e", sync];
  return (
    without("make calls fail", failing, ({ stderr }) => stderr.includes("EIO")) ??
    without("kill", killing, ({ signal, status }) => signal === "SIGKILL" || status === 137)
  );
});

/** Why strace cannot do something; `undefined` where the command comes to what it must. */
function without(
  what: string,
  [command = "", ...args]: readonly string[],
  isRight: (result: SpawnSyncReturns<string>) => boolean,
): string | undefined {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.error === undefined && isRight(result)) return undefined;
  const { code } = (result.error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOENT") return "strace is not installed; it is a program of Linux";
  return `strace cannot ${what} here: ${result.error?.message ?? result.stderr.trim()}`;
}

/**
 * Runs a command of whose syncs one fails with EIO again and again: of so many in a row, the last; nothing is synced then. The log names each that
 * did.
 */
export function failingSyncs(every: number, log: string): readonly string[] {
  const inject = `inject=${ALL_SYNCS}:error=EIO:when=${every}+${every}`;
  const what = ["-e", `trace=${ALL_SYNCS}`, "-e", inject];
  // Only these calls stop the process: all others take as long as ever.
  return ["strace", "-f", "-qq", "--seccomp-bpf", "-o", log, ...what];
}

/**
 * Runs a command that is killed when it is about to sync for so manieth time; counted for each thread and each kind of sync. All calls stop the process:
 * with a filter, strace kills nobody.
 */
export function killingAtSync(n: number): readonly string[] {
  const inject = `inject=${ALL_SYNCS}:signal=SIGKILL:when=${n}`;
  return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${ALL_SYNCS}`, "-e", inject];
}

/** How long a sync is held up, in microseconds: whoever does not wait for it is seen. */
const HELD_UP_US = 30_000;
/** So much of what is written is kept in the log. */
const LONGEST = 400;

/** Runs a command, logs its syncs and writes, and holds each sync up. */
export function loggingSyncs(log: string): readonly string[] {
  const traced = [...SYNCS, "write", "writev", "pwrite64", "pwritev", "pwritev2"];
  const hold = `inject=${SYNCS.join(",")}:delay_enter=${HELD_UP_US}`;
  const what = ["-e", `trace=${traced.join(",")}`, "-e", hold, "-e", "signal=none"];
  return ["strace", "-f", "-qq", "--seccomp-bpf", "-y", "-s", `${LONGEST}`, "-o", log, ...what];
}

/** A call of a log. */
export interface Call {
  readonly name: string;
  /** As it was logged: `18</data/x.log>, "…"`. */
  readonly args: string;
  /** What it answered: a number; `?` where the process ended within. */
  readonly result: string;
  /** The lines in which it began and ended. Of two calls of different threads, one came before the other if it ended before that began. */
  readonly begun: number;
  readonly ended: number;
}

/** The calls of a log, in the order in which they ended. */
export function callsIn(log: string): readonly Call[] {
  const calls: Call[] = [];
  /** By thread. */
  const unfinished = new Map<string, { name: string; args: string; begun: number }>();
  for (const [at, line] of readFileSync(log, "utf8").split("\n").entries()) {
    const begin = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    const end = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (\S+)/.exec(line);
    const whole = /^\d+ +(\w+)\((.*)\) += (\S+)/.exec(line);
    if (begin !== null) {
      const [, thread = "", name = "", args = ""] = begin;
      unfinished.set(thread, { name, args, begun: at });
    } else if (end !== null) {
      const [, thread = "", , rest = "", result = ""] = end;
      const call = unfinished.get(thread);
      if (call) calls.push({ ...call, args: call.args + rest, result, ended: at });
    } else if (whole !== null) {
      const [, name = "", args = "", result = ""] = whole;
      calls.push({ name, args, result, begun: at, ended: at });
    }
  }
  return calls;
}

/** The file of a call whose first argument is one. */
export function fileOf({ args }: Call): string | undefined {
  return /^\d+<([^>]*)>/.exec(args)?.[1];
}

/** The lines of text that a call has written to the standard output of its process. */
export function linesSaid(call: Call): readonly string[] {
  if (call.name !== "write") return [];
  const text = /^1<[^>]*>, ("(?:[^"\\]|\\.)*")/.exec(call.args)?.[1];
  if (text === undefined) return [];
  return (JSON.parse(text) as string).split("\n").filter((line) => line !== "");
}
