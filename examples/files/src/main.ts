/**
 * Puts every file of a folder into a FileStore on each driver, reads all of them back and compares their digests.
 *
 *     npx -y pnpm@12.21.0 files [--root DIR] [driver...]
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { StorageOpener } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import { filesIn, roundTrip } from "./round-trip.ts";

const DRIVERS: Readonly<Record<string, StorageOpener>> = {
  sqlite: SqliteStorage,
  lmdb: LmdbStorage,
  leveldb: LevelStorage,
  memory: MemoryStorage,
};
const DEFAULT_ROOT = resolve(import.meta.dirname, "../../../node_modules/typescript");
const BAR_WIDTH = 30;

const { values, positionals } = parseArgs({
  options: { root: { type: "string" } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !Object.hasOwn(DRIVERS, name));
if (unknown !== undefined) {
  console.error(
    `error: there is no driver ${unknown}; there are ${Object.keys(DRIVERS).join(", ")}`,
  );
  process.exit(2);
}
const root = realpathSync(values.root ?? DEFAULT_ROOT);
const found = filesIn(root);
console.log(`The files below ${root}`);
console.log(row("driver", "files", "bytes", "saved", "put", "read", "compared"));
for (const name of positionals.length > 0 ? positionals : Object.keys(DRIVERS)) await run(name);

/** One driver, on a storage of its own, which goes afterwards. */
async function run(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "files-"));
  try {
    await using storage = await (DRIVERS[name] as StorageOpener).open(join(folder, "files"), {
      create: true,
    });
    const result = await roundTrip(storage, found, (doing, done, total) =>
      show(`${name} ${doing} ${bar(done, total)}`),
    );
    show("");
    const { files, bytes, savedBytes, putMs, readMs, different } = result;
    const same = different.length === 0 ? "all the same" : `DIFFERENT: ${different.join(", ")}`;
    const speeds = [putMs, readMs].map((ms) => `${megabytes(bytes / (ms / 1000))}/s`);
    console.log(row(name, `${files}`, megabytes(bytes), megabytes(savedBytes), ...speeds, same));
    if (different.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(...cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(9) : cell.padStart(13))).join("");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH);
  return `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${megabytes(done)} of ${megabytes(total)}`;
}

/** One line that is written over again, on a terminal; nothing in a pipe. */
function show(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}
