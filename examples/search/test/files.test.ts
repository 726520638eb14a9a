import { symlinkSync } from "node:fs";
import { MAX_KEY_BYTES } from "@caterpillar/storage-core";
import { expect, it } from "vitest";
import { findFiles, readText } from "../src/files.ts";
import { Folder } from "./folder.ts";

it("finds Markdown files in real folders, in the order of their paths", async () => {
  const folder = new Folder();
  for (const path of ["b.md", "a/z.MD", "a.md", "a/.hidden/x.Md", "no.txt", "md", "c.md/in.md"]) {
    folder.write(path, "text");
  }
  symlinkSync(folder.at("a"), folder.at("link"));
  symlinkSync(folder.at("b.md"), folder.at("linked.md"));
  symlinkSync("..", folder.at("a/circle"));
  const { root, files, skipped } = await findFiles(folder.path);
  expect(root).toBe(folder.path);
  expect(files.map(({ path }) => path)).toEqual([
    "a.md",
    "a/.hidden/x.Md",
    "a/z.MD",
    "b.md",
    "c.md/in.md",
  ]);
  expect(files.map(({ size }) => size)).toEqual([4, 4, 4, 4, 4]);
  expect(skipped).toBe(0);
});

it("counts what it cannot store", async () => {
  const folder = new Folder();
  const deep = Array.from({ length: MAX_KEY_BYTES / 128 }, () => "d".repeat(127)).join("/");
  folder.write(`${deep}/a.md`, "text");
  folder.write("b.md", "text");
  const { files, skipped } = await findFiles(folder.path);
  expect(files.map(({ path }) => path)).toEqual(["b.md"]);
  expect(skipped).toBe(1);
});

it("rejects where there is no such folder, and where it is told to stop", async () => {
  const folder = new Folder();
  await expect(findFiles(folder.at("none"))).rejects.toMatchObject({ code: "ENOENT" });
  await expect(findFiles(folder.path, AbortSignal.abort())).rejects.toMatchObject({
    name: "AbortError",
  });
});

it("reads a file's title and words, and takes bytes that are no text as they come", async () => {
  const folder = new Folder();
  folder.write("a.md", "\ufeff# Title\n\nwords and words");
  const file = { path: "a.md", size: 1, mtime: 2 };
  expect(await readText(folder.path, file)).toEqual({
    ...file,
    title: "Title",
    counts: new Map([
      ["title", 1],
      ["words", 2],
      ["and", 1],
    ]),
  });
  folder.write("junk.md", "");
  expect(await readText(folder.path, { ...file, path: "junk.md" })).toMatchObject({
    title: "junk.md",
    counts: new Map(),
  });
  expect(await readText(folder.path, { ...file, path: "gone.md" })).toBeUndefined();
});
