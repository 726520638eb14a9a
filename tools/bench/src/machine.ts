/** Where a run was made, and of what. */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { findPackageJSON } from "node:module";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import type { Contender } from "./contender.ts";
import { summarize } from "./statistics.ts";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly fileSystem: string;
  /** What it takes to append 4 KiB to a file and sync it, in milliseconds. */
  readonly syncMs: number;
  /** How many processes wanted to run when it began. */
  readonly load: number;
  readonly node: string;
  /** By the package's name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string;
  /** Whether there were changes that were not committed. */
  readonly changed: boolean;
}

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const SYNCS = 100;
const GIB = 1024 ** 3;

/** As `statfs` numbers them. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: "ext4",
  2435016766: "btrfs",
  1481003842: "xfs",
  16914836: "tmpfs",
  2035054128: "overlayfs",
  801189825: "zfs",
};

/** `folder`: where the databases are. */
export function describeMachine(folder: string, contenders: readonly Contender[]): Machine {
  const type = statfsSync(folder).type;
  const names = new Set(contenders.flatMap(({ packages }) => packages));
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / GIB),
    system: `${process.platform} ${release()} ${process.arch}`,
    fileSystem: FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`,
    syncMs: medianSync(folder),
    load: loadavg()[0] ?? 0,
    node: process.version,
    versions: Object.fromEntries([...names].map((name) => [name, versionOf(name)])),
    commit: git("rev-parse", "HEAD"),
    changed: git("status", "--porcelain") !== "",
  };
}

function medianSync(folder: string): number {
  const path = join(folder, "sync");
  const file = openSync(path, "w");
  const page = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    const began = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    times.push(performance.now() - began);
  }
  closeSync(file);
  rmSync(path);
  return summarize(times).median;
}

function versionOf(name: string): string {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined) return "unknown";
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { cwd: REPOSITORY, encoding: "utf8" }).trim();
  } catch {
    // A copy of the sources that is no clone.
    return "unknown";
  }
}
