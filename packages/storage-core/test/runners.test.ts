/** What a check comes to is what its test comes to, in each runner: a runner that skips what failed, or passes what was not run, tells lies. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const SOURCE = "--conditions=@caterpillar/source";
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

function fixture(runner: string): string {
  return join(PACKAGE, "test", "runners", `${runner}.fixture.ts`);
}

function node(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  // A runner that was started by another one behaves as its part, and not as it does for people.
  const { NODE_TEST_CONTEXT, VITEST, VITEST_POOL_ID, VITEST_WORKER_ID, ...env } = process.env;
  return spawnSync(process.execPath, args, { encoding: "utf8", cwd: PACKAGE, env });
}

function programOf(name: string, file: string): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

it("node:test", () => {
  const { status, stdout } = node(SOURCE, "--test", "--test-reporter=tap", fixture("node-test"));
  expect(status).toBe(1);
  const lines = stdout.split("\n").map((line) => line.trim());
  const results = lines.filter((line) => /^(not )?ok \d+ - TEST-/.test(line));
  expect(results).toEqual([
    "ok 1 - TEST-01 holds",
    "not ok 2 - TEST-02 fails",
    "not ok 3 - TEST-03 asserts nothing",
    "ok 4 - TEST-04 holds in part",
    "not ok 5 - TEST-06 meets a driver that throws what skips",
    "ok 6 - TEST-05 cannot be run # SKIP a part: this machine has no such thing",
    expect.stringMatching(/^ok 7 - TEST-07 .* # SKIP a driver should, .*TEST-07 .*: it is false/),
    "ok 8 - TEST-08 fails as it is declared # SKIP a deviation until 2999-12-31: a deviation of the tests",
    "not ok 9 - TEST-09 holds, and is declared to fail",
  ]);
});

it("mocha", () => {
  const mocha = programOf("mocha", "bin/mocha.js");
  const { status, stdout } = node(SOURCE, mocha, "--reporter=json", fixture("mocha"));
  expect(status).toBeGreaterThan(0);
  const { passes, failures, pending } = JSON.parse(stdout.slice(stdout.indexOf("{\n")));
  const titles = (tests: { title: string }[]): string[] => tests.map(({ title }) => title);
  expect(titles(passes)).toEqual(["TEST-01 holds", "TEST-04 holds in part"]);
  expect(titles(failures)).toEqual([
    "TEST-02 fails",
    "TEST-03 asserts nothing",
    "TEST-06 meets a driver that throws what skips",
    "TEST-09 holds, and is declared to fail",
  ]);
  expect(titles(pending)).toEqual([
    "TEST-05 cannot be run",
    "TEST-07 fails what only should be",
    "TEST-08 fails as it is declared",
  ]);
  expect(stdout).toContain(
    "not run: TEST-05 cannot be run: a part: this machine has no such thing",
  );
});

it("vitest", () => {
  const vitest = programOf("vitest", "vitest.mjs");
  const folder = mkdtempSync(join(tmpdir(), "runners-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "report.json");
  const config = "--config=test/runners/vitest.config.ts";
  const { status } = node(vitest, "run", config, "--reporter=json", `--outputFile=${file}`);
  expect(status).toBe(1);
  const { testResults } = JSON.parse(readFileSync(file, "utf8"));
  const results: { title: string; status: string }[] = testResults[0].assertionResults;
  expect(results.map(({ title, status }) => [title, status])).toEqual([
    ["TEST-01 holds", "passed"],
    ["TEST-02 fails", "failed"],
    ["TEST-03 asserts nothing", "failed"],
    ["TEST-04 holds in part", "passed"],
    ["TEST-06 meets a driver that throws what skips", "failed"],
    ["TEST-05 cannot be run", "skipped"],
    ["TEST-07 fails what only should be", "skipped"],
    ["TEST-08 fails as it is declared", "skipped"],
    ["TEST-09 holds, and is declared to fail", "failed"],
  ]);
});
