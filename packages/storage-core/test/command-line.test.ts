/** The kit's command: what it prints, what it writes, and how it ends. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report } from "@caterpillar/storage-core/conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../conformance/main.ts", import.meta.url));
const GOOD = new URL("./target.ts", import.meta.url).href;
const BAD = new URL("./evil/target.ts?swallows conflicts", import.meta.url).href;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function command(...args: string[]): Ended {
  return spawnSync(process.execPath, ["--conditions=@caterpillar/source", MAIN, ...args], {
    encoding: "utf8",
  });
}

describe("a run with a driver that is not conformant", () => {
  const folder = mkdtempSync(join(tmpdir(), "command-line-"));
  let ended: Ended;
  beforeAll(() => {
    const files = ["json", "markdown", "html"].flatMap((kind) => [
      `--${kind}`,
      join(folder, "reports", `report.${kind}`),
    ]);
    ended = command(
      GOOD,
      BAD,
      "--only",
      "CONF-03",
      "--only",
      "ISO-01",
      "--only",
      "RO-10",
      ...files,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("ends with 1, and prints the matrix, what failed and the verdicts, without a line of progress", () => {
    expect(ended.status).toBe(1);
    expect(ended.stderr).toBe("");
    const { stdout } = ended;
    expect(stdout).toMatch(/^CONF-03 .* ok +FAILED$/m);
    expect(stdout).toMatch(/^ISO-01 .* ok +ok$/m);
    expect(stdout).toMatch(/^RO-10 .* ok, in part +ok, in part$/m);
    expect(stdout).toMatch(
      /RO-10 {2}ok, in part: rights: facts.location is name \(memory, memory that/,
    );
    expect(stdout).toMatch(/^memory that swallows conflicts: CONF-03 /m);
    expect(stdout).toMatch(
      /^memory: incomplete\nmemory that swallows conflicts: not-conformant, FAILED: CONF-03\n$/m,
    );
  });

  it("writes the report as JSON", () => {
    const report = JSON.parse(
      readFileSync(join(folder, "reports", "report.json"), "utf8"),
    ) as Report;
    expect(report.catalogue).toMatch(/^[0-9a-f]{64}$/);
    expect(report.checks.find(({ id }) => id === "CONF-03")).toMatchObject({
      title: "any commit in between is a conflict, also elsewhere",
      clauses: expect.arrayContaining(["conflict.typed"]),
      level: "must",
      needs: [],
    });
    expect(report.drivers.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["memory", "incomplete"],
      ["memory that swallows conflicts", "not-conformant"],
    ]);
    expect(report.drivers[1]?.results.map(({ id, status }) => [id, status])).toEqual([
      ["RO-10", "unsupported"],
      ["ISO-01", "pass"],
      ["CONF-03", "fail"],
    ]);
  });

  it("writes it as Markdown, with the command that runs what failed again", () => {
    const page = readFileSync(join(folder, "reports", "report.markdown"), "utf8");
    expect(page).toContain("| check | memory | memory that swallows conflicts |");
    expect(page).toMatch(/^\| CONF-03 .* \| ✓ \| \*\*✗\*\* \|$/m);
    expect(page).toContain(`npx caterpillar-conformance ${JSON.stringify(BAD)} --only CONF-03`);
  });

  it("writes it as a page that needs nothing else, with the clause in words and each step of the schedule", () => {
    const page = readFileSync(join(folder, "reports", "report.html"), "utf8");
    expect(page).not.toMatch(/<script|<link|src=|url\(/);
    expect(page).toContain('id="memory-that-swallows-conflicts-CONF-03-thread"');
    expect(page).toContain("<code>conflict.typed</code>");
    expect(page).toMatch(/<pre>[\s\S]*&gt; B commit[\s\S]*<\/pre>/);
  });
});

/** A thread that was told a flag of V8 again was refused by Node, and every check with threads failed. */
it("takes flags of V8", () => {
  const flags = ["--stack-trace-limit=20", "--conditions=@caterpillar/source"];
  const { stdout } = spawnSync(process.execPath, [...flags, MAIN, GOOD, "--only", "CONC-03"], {
    encoding: "utf8",
  });
  expect(stdout).toMatch(/^CONC-03 .* ok/m);
});

it("ends with 2 where it cannot run, and says why", () => {
  expect(command()).toMatchObject({ status: 2, stderr: expect.stringMatching(/^which target\?/) });
  expect(command("./missing.mjs")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/missing\.mjs cannot be tested: [\s\S]*ERR_MODULE_NOT_FOUND/),
  });
  expect(command(GOOD, "--only", "NO-01")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/no check and no group NO-01/),
  });
  expect(command(GOOD, "--odd")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/Unknown option '--odd'/),
  });
  expect(command("--help")).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^caterpillar-conformance <target>/),
  });
});
