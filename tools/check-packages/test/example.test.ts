import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { codeLines } from "../src/code-lines.ts";
import { ROOT } from "../src/workspace.ts";

it("counts lines that are neither blank nor comment", () => {
  const source = `/** A file. */
import a from "a";

/*
 * const b = 1;
 */
const c = "/* no comment */"; // but this is one
  // nothing
  /** A method. */ d(): void {}
`;
  expect(codeLines(source)).toBe(3);
});

it("docs/writing-a-driver.md says how long the example is", () => {
  const sources = join(ROOT, "outside/storage-rocksdb/src");
  const lines = readdirSync(sources).map((name) =>
    codeLines(readFileSync(join(sources, name), "utf8")),
  );
  const page = readFileSync(join(ROOT, "docs/writing-a-driver.md"), "utf8");
  const said = /Its sources have (\d+) lines that are neither\nblank nor comment/.exec(page)?.[1];
  expect(Number(said)).toBe(lines.reduce((sum, count) => sum + count));
});
