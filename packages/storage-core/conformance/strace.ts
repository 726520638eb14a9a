/** strace, which makes system calls fail that would not by themselves. https://strace.io */
import { spawnSync } from "node:child_process";
import { type Need, need } from "./need.ts";

/** The calls that put on the disk what was written. */
const SYNCS = "fsync,fdatasync,msync,sync_file_range,sync,syncfs";

/**
 * Runs a command of whose syncs one fails with EIO again and again: of so many in a row, the last; nothing is synced then. The log names each that
 * did.
 */
export function failingSyncs(every: number, log: string): readonly string[] {
  const inject = `inject=${SYNCS}:error=EIO:when=${every}+${every}`;
  // Only these calls stop the process: all others take as long as ever.
  return ["strace", "-f", "-qq", "--seccomp-bpf", "-o", log, "-e", `trace=${SYNCS}`, "-e", inject];
}

export const strace: Need = need("strace", () => {
  const sync = "require('node:fs').fsyncSync(0)";
  const [command = "", ...args] = [...failingSyncs(1, "/dev/null"), process.execPath, "-e", sync];
  const { error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (stderr?.includes("EIO")) return undefined;
  return `strace cannot make calls fail here: ${error?.message ?? stderr}`;
});
