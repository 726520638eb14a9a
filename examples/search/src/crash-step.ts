/**
 * Kills a process in the middle of a commit, and looks at what is left: all of that commit or
 * nothing, and a whole index.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Storage, Transaction } from "@caterpillar/storage-core";
import type { Arguments } from "./arguments.ts";
import { removeUnder } from "./batch.ts";
import type { CheckedIndex } from "./check.ts";
import { CRASH_MARKER } from "./crash-marker.ts";
import { containersOf } from "./layout.ts";
import { MADE_UP } from "./made-up.ts";
import { count, integer, milliseconds, type Report } from "./report.ts";
import { SearchIndex } from "./search-index.ts";

/**
 * What the child commits in the first attempt; in each later one twice as much, as it was too fast.
 */
const DOCUMENTS = 2000;
const ATTEMPTS = 5;
/**
 * When the kill comes, in milliseconds after the child has begun to commit: every run tries another
 * moment.
 */
const EARLIEST = 10;
const LATEST = 80;

interface Killed {
  /** What the transaction sets, in items. */
  readonly items: number;
  /** From the beginning of the commit to the kill, in milliseconds. */
  readonly after: number;
  /** Whether the child said before its death that it had committed. */
  readonly committed: boolean;
}

interface Left {
  readonly marker: number | undefined;
  readonly documents: number;
  readonly index: CheckedIndex;
}

/**
 * Nobody else may have the storage open. Answers whether the commit was atomic, and the index is
 * whole.
 */
export async function showCrash(
  args: Arguments,
  report: Report,
  signal: AbortSignal,
): Promise<boolean> {
  {
    // A run that was killed itself may have left something.
    await using storage = await args.opener.open(args.path);
    await cleanUp(storage);
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const documents = DOCUMENTS * 2 ** attempt;
    const killed = await killCommit(args, documents, signal);
    await using storage = await args.opener.open(args.path);
    const index = await SearchIndex.open(storage, { root: args.root });
    const left = await look(index);
    await cleanUp(storage);

    const none = left.marker === undefined && left.documents === 0;
    const all = left.marker === documents && left.documents === documents;
    const atomic = all || (none && !killed.committed);
    if (killed.committed && atomic) continue;
    const moment = `${milliseconds(killed.after)} after it had begun to commit ${integer(killed.items)} items, and ${killed.committed ? "after" : "before"} it could say that it was done`;
    const there = none ? "none of them is" : all ? "all of them are" : "a part of them is";
    report.verdict(
      atomic,
      `A child process was killed (SIGKILL) ${moment}: ${there} in the index.`,
    );
    tellCheck(report, left.index);
    return atomic && left.index.problems.length === 0;
  }
  report.verdict(
    false,
    `In ${ATTEMPTS} attempts the child had committed before it could be killed.`,
  );
  return false;
}

/** Starts the child, and kills it a moment after it has begun to commit. */
async function killCommit(
  { driverName, path }: Arguments,
  documents: number,
  signal: AbortSignal,
): Promise<Killed> {
  const program = fileURLToPath(new URL("./crash-child.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    [...process.execArgv, program, driverName, path, String(documents)],
    // A Ctrl-C is for the parent alone, which ends the child by the signal.
    { stdio: ["ignore", "pipe", "pipe"], detached: true, signal, killSignal: "SIGKILL" },
  );
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, how) => resolve(how));
  });
  let items = 0;
  let after = 0;
  let committed = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "committed") committed = true;
    const begun = /^committing (\d+)$/.exec(line)?.[1];
    if (begun === undefined) return;
    items = Number(begun);
    const start = performance.now();
    void sleep(EARLIEST + Math.random() * (LATEST - EARLIEST)).then(() => {
      after = performance.now() - start;
      child.kill("SIGKILL");
    });
  });
  const how = await ended;
  if (items === 0 || (how !== "SIGKILL" && !committed)) {
    throw new Error(`the child process failed: ${errors}`);
  }
  return { items, after, committed };
}

async function look(index: SearchIndex): Promise<Left> {
  const read = async (tx: Transaction): Promise<Omit<Left, "index">> => {
    let documents = 0;
    for await (const _ of containersOf(tx).documents.keys({ prefix: MADE_UP })) documents++;
    return { marker: await CRASH_MARKER.read(tx), documents };
  };
  const left = await index.storage.transaction(read, { readonly: true });
  return { ...left, index: await index.check() };
}

async function cleanUp(storage: Storage): Promise<void> {
  await storage.transaction(async (tx) => {
    await removeUnder(tx, MADE_UP);
    if ((await CRASH_MARKER.read(tx)) !== undefined) await CRASH_MARKER.remove(tx);
  });
}

function tellCheck(report: Report, { documents, postings, problems }: CheckedIndex): void {
  const [first] = problems;
  report.verdict(
    first === undefined,
    first === undefined
      ? `The index is whole: ${count(documents, "document")}, ${count(postings, "posting")}, all counts agree.`
      : `The index is damaged: ${count(problems.length, "problem")}, such as: ${first}`,
  );
}
