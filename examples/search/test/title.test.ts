import { expect, it } from "vitest";
import { titleOf } from "../src/title.ts";

it.each([
  ["# Title", "Title"],
  ["text\n\n## A `code` **title** ##\n# Other", "A code title"],
  ["Under\n=====", "Under"],
  ["# [name](https://a.b) [![badge](x)](y)", "name"],
  ["# ![logo](x)\n\n# Real", "Real"],
  ["# <b>Tagged</b>", "Tagged"],
  ["```sh\n# a comment\n```\n# Title", "Title"],
  ["~~~\n```\n# a comment\n~~~\r\n# Title\r\n", "Title"],
  ["#hashtag\n# Title", "Title"],
  ["# snake_case \\_ 3 \\* 4", "snake_case _ 3 4"],
])("finds the title of %j", (markdown, title) => {
  expect(titleOf(markdown)).toBe(title);
});

it.each(["", "text", "#", "# \n", "# ![logo](x)", "    # code"])("finds none in %j", (markdown) => {
  expect(titleOf(markdown)).toBeUndefined();
});

it("keeps what would steer a terminal out of titles, and cuts long ones", () => {
  expect(titleOf("# a\x1b[31mred\x07 \u202eb")).toBe("a [31mred b");
  expect(titleOf(`# ${"x".repeat(5000)}`)).toBe("x".repeat(120));
  expect(titleOf(`# ${"x".repeat(119)}🐛`)?.isWellFormed()).toBe(true);
});

it("is not slow on hostile lines", () => {
  const start = performance.now();
  titleOf(`# ${"![".repeat(200_000)}`);
  titleOf(`# ${" #".repeat(200_000)}`);
  expect(performance.now() - start).toBeLessThan(1000);
});
