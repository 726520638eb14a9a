/** docs/interfaces.md: its examples are run, and print what it says. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const PAGE = new URL("../../../docs/interfaces.md", import.meta.url);

function examples(): { title: string; code: string; output: string }[] {
  const page = readFileSync(PAGE, "utf8");
  const found = page.matchAll(/^## (.*?)\n[^#]*?^```ts\n(.*?)^```\n\n```text\n(.*?)^```$/gms);
  return Array.from(found, ([, title = "", code = "", output = ""]) => ({ title, code, output }));
}

it("every example has what it prints below it", () => {
  expect(examples()).toHaveLength(readFileSync(PAGE, "utf8").split("```ts\n").length - 1);
});

for (const { title, code, output } of examples()) {
  it(`the example of ${title} prints what the page says`, () => {
    // Below this package, so that it finds the others by their names.
    const program = join(import.meta.dirname, `.docs-${process.pid}-${Math.random()}`);
    const folder = mkdtempSync(join(tmpdir(), "interfaces-"));
    onTestFinished(() => {
      for (const path of [program, folder]) rmSync(path, { recursive: true, force: true });
    });
    mkdirSync(program);
    writeFileSync(join(program, "example.ts"), code);
    const args = ["--conditions=@caterpillar/source", join(program, "example.ts")];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: output, stderr: "" });
  });
}
