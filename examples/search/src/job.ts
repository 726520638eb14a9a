/**
 * The whole job, step by step: index, search, read while somebody writes, survive a kill, sum up.
 */
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arguments } from "./arguments.ts";
import { showCrash } from "./crash-step.ts";
import { type Indexed, indexFiles } from "./index-step.ts";
import { showIsolation } from "./isolation-step.ts";
import { count, integer, milliseconds, type Report, size } from "./report.ts";
import { SearchIndex } from "./search-index.ts";
import type { Surroundings } from "./surroundings.ts";

/** Problems of the index that are told; where there are more, they are of the same kinds. */
const MAX_PROBLEMS = 10;

/** Answers whether everything was found to be as it should. */
export async function runJob(args: Arguments, around: Surroundings): Promise<boolean> {
  const { report, progress, signal } = around;
  const { opener, path, root, queries } = args;
  const { location, processes } = opener.driver.facts;
  const start = performance.now();

  report.title("A text index on transactional storage");
  report.row("driver", args.driverName);
  report.path(location === "path" ? "index" : "name", path);
  report.path("texts", root);
  if (location === "path") mkdirSync(dirname(path), { recursive: true });

  let indexed: Indexed;
  let good: boolean;
  {
    await using storage = await opener.open(path, { create: "if-missing" });
    report.heading("Index all Markdown files");
    const index = await SearchIndex.open(storage, args);
    indexed = await indexFiles(index, root, around);

    report.heading("Search");
    for (const [i, query] of queries.entries()) {
      signal.throwIfAborted();
      if (i > 0) report.gap();
      const asked = performance.now();
      const answer = await index.search(query);
      report.answer(query, answer, performance.now() - asked);
    }

    report.heading("Read while somebody writes");
    await using reader = await opener.open(path);
    good = await showIsolation(index, reader, report);
    signal.throwIfAborted();
  }

  report.heading("Kill a process in the middle of a commit");
  if (processes === "separate") {
    report.line("Left out: it takes a second process, and so an index in a file.");
  } else {
    progress.show("a child process commits …");
    good = (await showCrash(args, report, signal)) && good;
    progress.clear();
  }

  await using storage = await opener.open(path);
  const index = await SearchIndex.open(storage, { root });
  const whole = await sumUp(index, indexed, report);
  if (location === "path") report.row("on the disk", size(sizeOf(path)));
  report.row("time", milliseconds(performance.now() - start));
  return whole && good;
}

/** Answers whether the index is whole. */
async function sumUp(
  index: SearchIndex,
  { kept, written }: Indexed,
  report: Report,
): Promise<boolean> {
  const { documents, words, terms, postings, problems } = await index.check();
  report.summary();
  if (!kept) report.row("this run", "indexed everything");
  else if (written === 0) report.row("this run", "found the index, and nothing to change in it");
  else report.row("this run", `found the index, and updated ${count(written, "document")} in it`);
  report.row("documents", integer(documents));
  report.row("words", `${integer(words)}, of which ${integer(terms)} different`);
  report.row("postings", integer(postings));
  if (problems.length === 0) {
    report.row("check", "every posting has its document, all counts agree");
  }
  for (const problem of problems.slice(0, MAX_PROBLEMS)) report.verdict(false, problem);
  return problems.length === 0;
}

/** Of a file, or of a folder with all that is in it. */
function sizeOf(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
