/** Stopping a process in whatever it does, and letting it go on. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { ProcessRun } from "../child-process.ts";
import { letTurn } from "../event-loop.ts";
import { type Need, need } from "../need.ts";

/** A process is stopped within so many milliseconds. */
const LIMIT_MS = 10_000;

export const stopping: Need = need("SIGSTOP", () =>
  conditionOf(process.pid) === undefined
    ? "a process cannot be stopped here, or nobody tells whether it is: there is no /proc and no ps"
    : undefined,
);

/** Stops the process; resolves when it does nothing any more. */
export async function stop(child: ProcessRun): Promise<void> {
  child.signal("SIGSTOP");
  const late = performance.now() + LIMIT_MS;
  while (!conditionOf(child.pid)?.startsWith("T")) {
    if (performance.now() > late) throw new Error("a process that was stopped goes on");
    await letTurn(1);
  }
}

export function goOn(child: ProcessRun): void {
  child.signal("SIGCONT");
}

/** What a process does, as the system calls it: `T` where it is stopped. `undefined` where nobody tells. */
function conditionOf(pid: number): string | undefined {
  if (process.platform === "win32") return undefined;
  try {
    // 4711 (a name with anything in it) S 1 …
    if (process.platform === "linux") {
      return /.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
    }
    const { status, stdout } = spawnSync("ps", ["-o", "stat=", "-p", `${pid}`]);
    return status === 0 ? String(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
