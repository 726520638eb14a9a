/** A storage as it was at three times, kept as copies of its files, which are to be damaged and opened. */
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { StoredFile } from "../src/driver.ts";
import type { Context } from "./context.ts";
import { holdsData, storedFilesOf } from "./files.ts";
import type { Subject } from "./subject.ts";

/** The files of a storage at one time. */
export interface Generation {
  /** When that was, in words. */
  readonly when: string;
  /** Whether nobody had it open. */
  readonly closed: boolean;
  /** In a folder of their own. */
  readonly path: string;
  /** How many commits were acknowledged by then: all from 1 on. */
  readonly newest: number;
  /** How many there must be whatever is lost: an engine may keep its first session in a log alone, and cannot know that there was one. */
  readonly least: number;
}

/** In characters, for each of two containers: a session takes some blocks of any log. */
const SIZE = 6000;

/** The sessions in which a storage was open, by the number of the last commit of each. In the last one it is open still, as after a crash. */
const SESSIONS: readonly Omit<Generation, "path">[] = [
  { when: "closed after the first session", closed: true, newest: 2, least: 0 },
  { when: "closed after the second session", closed: true, newest: 8, least: 1 },
  { when: "open in the third session", closed: false, newest: 14, least: 1 },
];

/** Makes a storage with a ledger of the name, and keeps it as it is at the end of each session. `kept` says which of its files. */
export async function makeGenerations(
  context: Context,
  subject: Subject,
  name: string,
  kept: (file: StoredFile) => boolean = holdsData,
): Promise<readonly Generation[]> {
  const path = context.place(name);
  const files = context.facts.files.filter(kept);
  const generations: Generation[] = [];
  let n = 0;
  for (const session of SESSIONS) {
    await subject.do("open", path, { create: "if-missing" });
    if (n === 0) await subject.do("beginLedger");
    while (n < session.newest) await subject.do("enter", ++n, SIZE, name);
    if (session.closed) await subject.do("close");
    const folder = context.place(`${name}, ${session.when}`);
    copyStored(path, files, folder);
    generations.push({ ...session, path: join(folder, name) });
    if (!session.closed) await subject.do("close");
  }
  return generations;
}

/** A fresh copy of a generation's files; answers its path. */
export function copyOf({ path }: Generation, folder: string): string {
  cpSync(dirname(path), folder, { recursive: true });
  return join(folder, basename(path));
}

/** Those of the files that a generation has, by their names in its folder. */
export function namesIn({ path }: Generation, files: readonly StoredFile[]): string[] {
  return storedFilesOf(files, path).map((file) => relative(dirname(path), file));
}

function copyStored(storage: string, files: readonly StoredFile[], folder: string): void {
  mkdirSync(folder);
  for (const file of storedFilesOf(files, storage)) {
    const target = join(folder, relative(dirname(storage), file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}
