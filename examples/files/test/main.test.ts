import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const MAIN = resolve(import.meta.dirname, "../src/main.ts");

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const all = ["--conditions=@caterpillar/source", MAIN, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: "utf8" });
  return { status, stdout, stderr };
}

it("stores each content once, on every driver, and reads back what was put", () => {
  const folder = mkdtempSync(join(tmpdir(), "files-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "below"));
  const large = new Uint8Array(1_500_000).map((_, i) => i * 31);
  for (const name of ["one", "two", "below/three"]) writeFileSync(join(folder, name), large);
  writeFileSync(join(folder, "empty"), "");
  const { status, stdout, stderr } = run("--root", folder);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const driver of ["sqlite", "lmdb", "leveldb", "memory"]) {
    const line = new RegExp(`^${driver} +4 +4\\.5 MB +3\\.0 MB .* all the same$`, "m");
    expect(stdout).toMatch(line);
  }
});

it("refuses a driver that there is not", () => {
  const { status, stderr } = run("oracle");
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: "error: there is no driver oracle; there are sqlite, lmdb, leveldb, memory\n",
  });
});
