/**
 * Databases that are loaded once: those that only read use them as they are, and those that write get a copy each.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
} from "node:fs";
import { join } from "node:path";
import type { Contender } from "./contender.ts";
import { Dataset } from "./dataset.ts";
import { loadAll } from "./workloads/bulk.ts";

/** A database to be loaded. */
export interface LoadSpec {
  readonly contender: string;
  readonly size: number;
  readonly valueBytes: number;
  readonly seed: number;
  readonly path: string;
}

/** Makes a database of the spec's contender, loads it, and closes it. */
export async function loadDatabase(spec: LoadSpec, contender: Contender): Promise<void> {
  const data = new Dataset(spec.size, spec.valueBytes, spec.seed);
  // It is closed before it is used, so the cheaper durability will do.
  const durability = "process-crash" in contender.durability ? "process-crash" : "power-loss";
  const { valueBytes } = spec;
  const session = await contender.open(spec.path, { create: true, durability, valueBytes });
  await loadAll(session, data);
  await session.close();
  if (contender.engine === "leveldb") await settleLevel(spec.path);
}

/** Lets LevelDB finish what it would otherwise do in the background of whichever trial comes first. */
async function settleLevel(path: string): Promise<void> {
  const { ClassicLevel } = await import("classic-level");
  const db = new ClassicLevel(path, { createIfMissing: false });
  await db.open();
  await db.compactRange("", "\u{10FFFF}");
  await db.close();
}

/** Locks, which are made anew where they are missing, and must not be told of other files. */
const LOCKS = ["lock.mdb", "LOCK"];

/** Copies the folder that a database is in. The copy is on the disk when this returns. */
export function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory()) copyFolder(source, join(to, entry.name));
    else if (!LOCKS.includes(entry.name)) copyFile(source, join(to, entry.name));
  }
}

/** What was not synced here would be synced by the first commit of the trial. */
function copyFile(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const file = openSync(to, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
