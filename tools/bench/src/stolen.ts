/** What a virtual machine did not get of its processors, since others had them. */
import { readFileSync } from "node:fs";

/** The columns of a processor's line in /proc/stat, without "cpu". https://man7.org/linux/man-pages/man5/proc_stat.5.html */
const IDLE = [3, 4];
const STOLEN = 7;
/** User, nice, system, idle, waiting for disks, two kinds of interrupts, stolen. Those that follow are parts of the first ones. */
const COLUMNS = 8;

interface Ticks {
  readonly wanted: number;
  readonly stolen: number;
}

/** Answers what tells which share of the time in which processors were wanted was given to others, from now on; `undefined` where the system does not say. */
export function watchStolen(path = "/proc/stat"): () => number | undefined {
  const before = ticks(path);
  return () => {
    const now = ticks(path);
    if (before === undefined || now === undefined) return undefined;
    const wanted = now.wanted - before.wanted;
    return wanted === 0 ? 0 : (now.stolen - before.stolen) / wanted;
  };
}

function ticks(path: string): Ticks | undefined {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
  const line = /^cpu +([\d ]+)$/m.exec(text)?.[1];
  const columns = line?.split(" ").slice(0, COLUMNS).map(Number) ?? [];
  const stolen = columns[STOLEN];
  if (stolen === undefined) return undefined;
  const wanted = columns.reduce((sum, column, i) => (IDLE.includes(i) ? sum : sum + column), 0);
  return { wanted, stolen };
}
