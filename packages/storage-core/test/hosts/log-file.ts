/**
 * A driver whose storages outlive the process that has them: a file to which each commit appends all that there is then, in one line. The last line
 * that is whole holds, so nothing is lost where the process is killed. With one of its bugs something is. It is no driver to be used.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { type Contents, fileDriver, HEADER } from "../mutants/file-driver.ts";

export type Bug =
  /** The first item that a commit changes is there some milliseconds before the others. */
  | "torn"
  /** A commit is acknowledged before it is in the file, but for the first of a process. */
  | "early"
  /** What was deleted is deleted in memory, and not in the file. */
  | "undead";

const STEP_MS = 50;
const LATE_MS = 30;

export function logFile(bug?: Bug): StorageOpener {
  const written = new Set<string>();
  const driver = fileDriver(`log file ${bug ?? ""}`, {
    load: loadLast,
    async save(path, contents) {
      if (bug === "early" && written.has(path)) {
        setTimeout(() => existsSync(path) && append(path, contents), LATE_MS);
        return;
      }
      written.add(path);
      if (bug === "torn") {
        append(path, firstChange(loadLast(path), contents));
        await delay(STEP_MS);
      }
      append(path, bug === "undead" ? bothOf(loadLast(path), contents) : contents);
    },
  });
  return defineStorage({
    ...driver,
    facts: { ...driver.facts, durability: ["process-crash"], readonly: "core" },
  });
}

function append(path: string, contents: Contents): void {
  appendFileSync(path, `\n${JSON.stringify(contents)}`);
}

function loadLast(path: string): Contents {
  const lines = readFileSync(path, "utf8").slice(HEADER.length).split("\n");
  for (const line of lines.reverse()) {
    try {
      return JSON.parse(line);
    } catch {
      // Its process was killed; the line before is whole.
    }
  }
  throw new Error(`${path} has no line that is whole`);
}

type Items = Map<string, Contents[number][1][number][1]>;

function mapOf(contents: Contents): Map<string, Items> {
  return new Map(contents.map(([container, items]) => [container, new Map(items)]));
}

function contentsOf(map: Map<string, Items>): Contents {
  return [...map].map(([container, items]) => [container, [...items]]);
}

/** What there was, with the first thing changed that is to be changed. */
function firstChange(before: Contents, after: Contents): Contents {
  const changed = mapOf(before);
  const wanted = mapOf(after);
  for (const [container, items] of wanted) {
    const there = changed.get(container);
    if (there === undefined) return contentsOf(changed.set(container, new Map()));
    for (const [key, value] of items) {
      if (there.get(key) === value) continue;
      there.set(key, value);
      return contentsOf(changed);
    }
    for (const key of there.keys()) {
      if (!items.has(key) && there.delete(key)) return contentsOf(changed);
    }
  }
  for (const container of changed.keys()) {
    if (!wanted.has(container) && changed.delete(container)) break;
  }
  return contentsOf(changed);
}

/** What there was or is; where both have something, what is. */
function bothOf(before: Contents, after: Contents): Contents {
  const both = mapOf(before);
  for (const [container, items] of mapOf(after)) {
    both.set(container, new Map([...(both.get(container) ?? []), ...items]));
  }
  return contentsOf(both);
}
