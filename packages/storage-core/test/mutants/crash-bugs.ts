/** What is wrong with drivers that lose something when a process ends, by name: steps of the version driver that are done otherwise. */
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { createFolder, DuplicateStorageError, MARKER } from "@caterpillar/storage-core/driver";
import type { Items } from "./json-items.ts";
import {
  FORMAT,
  fileOf,
  syncFolder,
  type VersionSteps,
  versionSteps,
  writeDraft,
} from "./version-driver.ts";

type Publish = VersionSteps["publish"];

const { publish, newest, read } = versionSteps;

/** Most of the time that a step takes, so that a kill comes within it, on a busy machine as well. */
const LONG_MS = 100;

/** Published so many milliseconds later, if the process is there then. */
function late(ms: number): Publish {
  return (...args) => void setTimeout(publish, ms, ...args).unref();
}

/** What is not published yet, by folder. */
const kept = new Map<string, Parameters<Publish>[]>();

/** The names of containers, by folder, as they were published last. */
const catalogues = new Map<string, string>();

function catalogueOf(items: Items): string {
  return JSON.stringify(items.filter(([key]) => key.startsWith("c")));
}

/** For a while, some items of the newest state are missing. */
async function rewrite(folder: string): Promise<void> {
  const file = fileOf(folder, newest(folder));
  const items: Items = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify(items.filter(([key]) => !key.endsWith("n"))));
  await delay(LONG_MS);
  writeFileSync(file, JSON.stringify(items));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function synced(path: string): void {
  const file = openSync(path, "a");
  fsyncSync(file);
  closeSync(file);
}

/** A state that all see while its writer lives: `early-7-4711`. */
function earlyIn(folder: string): { number: number; path: string }[] {
  return readdirSync(folder).flatMap((name) => {
    const [, number, pid] = /^early-(\d+)-(\d+)$/.exec(name) ?? [];
    if (number === undefined || !isAlive(Number(pid))) return [];
    return [{ number: Number(number), path: join(folder, name) }];
  });
}

/** A file that a next state is written to, open so that each write is a sync. */
interface OpenDraft {
  readonly path: string;
  readonly file: number;
}

/** By folder. */
const drafts = new Map<string, OpenDraft>();

function openDraft(folder: string): void {
  const path = join(folder, `draft-${process.pid}-${threadId}`);
  const { O_CREAT, O_DSYNC, O_TRUNC, O_WRONLY } = constants;
  drafts.set(folder, { path, file: openSync(path, O_CREAT | O_DSYNC | O_TRUNC | O_WRONLY) });
}

/** No bug: nothing is synced by a call of its own. */
export const writtenThrough: Partial<VersionSteps> = {
  enter: (folder) => {
    openDraft(folder);
    return () => closeSync((drafts.get(folder) as OpenDraft).file);
  },
  publish: (folder, number, items) => {
    const { path, file } = drafts.get(folder) as OpenDraft;
    writeSync(file, JSON.stringify(items));
    linkSync(path, fileOf(folder, number));
    rmSync(path);
    closeSync(file);
    openDraft(folder);
  },
};

/** By the check that finds it. */
export const crashBugs: Readonly<Record<string, Readonly<Record<string, Partial<VersionSteps>>>>> =
  {
    "DUR-01": {
      "a commit is written a little later, and close does not wait for that": {
        publish: late(5000),
      },
    },
    "DUR-02": {
      "commits are written when the storage is closed": {
        publish: (...args) => void kept.set(args[0], [...(kept.get(args[0]) ?? []), args]),
        enter: (folder) => () => {
          for (const args of kept.get(folder) ?? []) publish(...args);
          kept.delete(folder);
        },
      },
    },
    "DUR-03": {
      "a commit is acknowledged before it is written": { publish: late(50) },
      "a commit is written in two steps": {
        publish: async (folder, number, items, durability) => {
          publish(folder, number, items.slice(0, items.length / 2), durability);
          await delay(LONG_MS);
          writeFileSync(fileOf(folder, number), JSON.stringify(items));
        },
      },
    },
    "DUR-06": {
      "changes of containers are written later": {
        publish: (...args) => {
          const [folder, , items] = args;
          const before = catalogues.get(folder) ?? catalogueOf(read(folder, newest(folder)));
          catalogues.set(folder, catalogueOf(items));
          if (before === catalogueOf(items)) publish(...args);
          else late(50)(...args);
        },
      },
    },
    "DUR-07": {
      "others see a commit before it is written": {
        publish: async (...args) => {
          const [folder, number, items] = args;
          const early = join(folder, `early-${number}-${process.pid}`);
          writeFileSync(`${early}.new`, JSON.stringify(items));
          renameSync(`${early}.new`, early);
          await delay(LONG_MS);
          publish(...args);
          rmSync(early);
        },
        newest: (folder) =>
          Math.max(newest(folder), ...earlyIn(folder).map(({ number }) => number)),
        read: (folder, number) => {
          const early = earlyIn(folder).find((one) => one.number === number)?.path;
          if (early === undefined || existsSync(fileOf(folder, number)))
            return read(folder, number);
          return JSON.parse(readFileSync(early, "utf8"));
        },
      },
    },
    "DUR-09": {
      "a storage is made where it is to be": {
        create: async (path, make) => {
          if (existsSync(path)) throw new DuplicateStorageError(`there is something at ${path}`);
          mkdirSync(path);
          await delay(LONG_MS);
          await make(path);
          writeFileSync(join(path, MARKER), "caterpillar storage: versions, format 1\n");
        },
      },
      "what was being created stays beside": {
        create: async (path, make) => {
          if (existsSync(path)) throw new DuplicateStorageError(`there is something at ${path}`);
          await createFolder(`${path}.new-${process.pid}`, FORMAT, make);
          await delay(LONG_MS);
          renameSync(`${path}.new-${process.pid}`, path);
        },
      },
      "what is opened is written anew": {
        enter: async (folder) => {
          await rewrite(folder);
          return () => {};
        },
      },
    },
    "DUR-10": {
      "what is closed is written anew": { enter: (folder) => () => rewrite(folder) },
    },
    "DUR-11": {
      "what was not closed is written anew when it is opened": {
        enter: async (folder) => {
          const own = join(folder, `lock-${process.pid}`);
          const left = readdirSync(folder).filter((name) => name.startsWith("lock-"));
          writeFileSync(own, "");
          if (left.length > 0) await rewrite(folder);
          for (const name of left) rmSync(join(folder, name));
          return () => rmSync(own, { force: true });
        },
      },
    },
    "DUR-12": {
      "a commit is written in two steps, each of which is synced": {
        publish: (folder, number, items, durability) => {
          publish(folder, number, items.slice(0, items.length / 2), durability);
          const draft = writeDraft(folder, items, durability);
          renameSync(draft, fileOf(folder, number));
          syncFolder(folder);
        },
      },
    },
    "DUR-13": {
      "nothing is synced": {
        publish: (folder, number, items) => publish(folder, number, items, "process-crash"),
      },
      "a commit is acknowledged before it is synced": {
        publish: (folder, number, items) => {
          publish(folder, number, items, "process-crash");
          setTimeout(() => synced(fileOf(folder, number)), 5);
        },
      },
      "others see a commit before it is synced": {
        publish: (folder, number, items) => {
          const draft = writeDraft(folder, items, "process-crash");
          linkSync(draft, fileOf(folder, number));
          rmSync(draft);
          synced(fileOf(folder, number));
        },
      },
      "nothing is synced but a file without meaning": {
        publish: (folder, number, items) => {
          publish(folder, number, items, "process-crash");
          synced(join(folder, "lock"));
        },
      },
      "without the syncs, a commit is written later": {
        publish: (...args) => {
          if (args[3] === "power-loss") publish(...args);
          else late(50)(...args);
        },
      },
    },
  };
