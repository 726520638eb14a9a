/** What this process uses of the system. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Need, need } from "./need.ts";

/** A system that tells what a process has open. */
export const toldHandles: Need = need("what a process has open", () =>
  existsSync("/proc/self/fd") ? undefined : "only Linux tells what a process has open",
);

/** What this process has open, or mapped into its memory, below the folder. Only Linux tells. */
export function heldIn(folder: string): string[] {
  const maps = readFileSync("/proc/self/maps", "utf8").split("\n");
  return [...openFiles(), ...maps].filter((line) => line.includes(folder));
}

/** How many handles and threads a process has. */
export interface InUse {
  readonly handles: number;
  readonly threads: number;
}

/** What this process has of them. Only Linux tells. */
export function handlesAndThreads(): InUse {
  const threads = readdirSync("/proc/self/task").filter((id) => !isExiting(id));
  return { handles: openFiles().length, threads: threads.length };
}

/** `PF_EXITING` of Linux: https://github.com/torvalds/linux/blob/master/include/linux/sched.h */
const EXITING = 4;
/** Behind the name of the thread, which is in parentheses: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const FLAGS = 6;

/** A thread that was joined is in the list for a little longer. */
function isExiting(id: string): boolean {
  try {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[FLAGS]) & EXITING) !== 0;
  } catch {
    return true;
  }
}

/** How much memory is in use when all garbage was collected, in bytes: that of JavaScript, with buffers, and that of the whole process. */
export function memory(): { heap: number; process: number } {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, process: rss };
}

function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((handle) => {
    try {
      return [readlinkSync(`/proc/self/fd/${handle}`)];
    } catch {
      // It was the handle of this very listing.
      return [];
    }
  });
}
