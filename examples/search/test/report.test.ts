import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { Progress } from "../src/progress.ts";
import { count, milliseconds, Report, size } from "../src/report.ts";

function printed(colours: boolean): string {
  let text = "";
  const report = new Report({ write: (more) => (text += more) }, colours);
  const long = "word ".repeat(50);
  report.title("Title");
  report.heading("Heading");
  report.row("label", long);
  report.path("path", `/${"folder/".repeat(30)}the-end.md`);
  report.line(long);
  report.verdict(true, long);
  report.verdict(false, "bad");
  const hit = {
    path: `${"folder/".repeat(30)}\x1bend.md`,
    title: "標題🐛".repeat(30),
    score: 12.345,
  };
  report.answer("q".repeat(100), { found: 1234, hits: [hit] }, 3);
  report.summary();
  return text;
}

it("stays within 80 columns, and shows the end of a path", () => {
  const lines = printed(false).split("\n");
  for (const line of lines) {
    const wide = line.match(/[標題🐛]/gu)?.length ?? 0;
    expect([...line].length + wide).toBeLessThanOrEqual(80);
  }
  expect(lines.filter((line) => /the-end\.md$| end\.md$/.test(line))).toHaveLength(2);
});

it("has colours only if they are wanted, and then the same text", () => {
  expect(printed(false)).not.toContain("\x1b");
  expect(printed(true)).toContain("\x1b[");
  expect(stripVTControlCharacters(printed(true))).toBe(printed(false));
});

it("says numbers as people do", () => {
  expect([count(1, "document"), count(2000, "document")]).toEqual([
    "1 document",
    "2,000 documents",
  ]);
  expect([milliseconds(1.234), milliseconds(56.7), milliseconds(2345)]).toEqual([
    "1.2 ms",
    "57 ms",
    "2.35 s",
  ]);
  expect([size(1), size(1500), size(2_345_678)]).toEqual(["1 byte", "1.5 kB", "2.3 MB"]);
});

it("draws its progress over itself on a terminal, and nowhere else", () => {
  const onto = (isTTY: boolean): string => {
    let text = "";
    const stream = { isTTY, columns: 20, write: (more: string) => (text += more) };
    const progress = new Progress(stream as unknown as WriteStream);
    progress.clear();
    progress.show("a line that is longer than the terminal");
    progress.show("too soon to be seen");
    progress.clear();
    return text;
  };
  expect(onto(true)).toBe("\r\x1b[Ka line that is long\r\x1b[K");
  expect(onto(false)).toBe("");
});
