/** What a driver does wrong when the machine fails, by the check that must find it: steps of the whole-file driver that are others than they must be. */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MARKER, StorageCorruptError, StorageIOError } from "@caterpillar/storage-core/driver";
import { FORMAT, FORMAT_VERSION, formatMark, newMark, STAMP } from "../../src/ordered-layout.ts";
import type { Items } from "./json-items.ts";
import {
  attempt,
  fileOf,
  LOGGED,
  logOf,
  moreOf,
  parse,
  readText,
  saveAs,
  textOf,
  type WholeFileSteps,
  wholeFileSteps,
} from "./whole-file-driver.ts";

type Bug = Partial<WholeFileSteps>;

const { check, load, save } = wholeFileSteps;

/** An empty storage. */
const nothing = (): Items => [
  [FORMAT, formatMark(FORMAT_VERSION)],
  [STAMP, newMark()],
];

/** What is loaded where the file cannot be. */
function otherwise(replace: (error: unknown, folder: string) => Items): Bug {
  return {
    load: (folder) => {
      try {
        return load(folder);
      } catch (error) {
        return replace(error, folder);
      }
    },
  };
}

/** What is done where the file cannot be saved. */
function unsaved(instead: (error: unknown, folder: string) => void): Bug {
  return {
    save: (folder, items) => {
      try {
        save(folder, items);
      } catch (error) {
        instead(error, folder);
      }
    },
  };
}

function systemCodeOf(error: unknown): string | undefined {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
}

/** One that does something else once a commit has failed, for as long as its process lives. */
function onceFailed(bug: (hasFailed: () => boolean) => Bug): Bug {
  let failed = false;
  const changed = bug(() => failed);
  return {
    ...changed,
    save: (folder, items) => {
      try {
        (changed.save ?? save)(folder, items);
      } catch (error) {
        failed = true;
        throw error;
      }
    },
  };
}

const refuse = (): never => {
  throw new StorageIOError("it has failed once", { cause: new Error("once") });
};

/** Everything is kept in two files, the one half of it here and the other there. */
const inTwo: Bug = {
  load: (folder) => {
    const more = moreOf(folder);
    const text = attempt(more, () => readFileSync(more, { encoding: "utf8", flag: "a+" }));
    return [...load(folder), ...(text === "" ? [] : parse(more, text))];
  },
  save: (folder, items) => {
    const half = Math.floor(items.length / 2);
    saveAs(fileOf(folder), items.slice(0, half));
    saveAs(moreOf(folder), items.slice(half));
  },
};

const anew = otherwise((error) => {
  if (error instanceof StorageCorruptError) return nothing();
  throw error;
});

const kept: Uint8Array[] = [];

export const faultBugs: Readonly<Record<string, Readonly<Record<string, Bug>>>> = {
  "FAULT-01": {
    "a commit for which there is no room is acknowledged": unsaved(() => {}),
    "the cause of a failed commit is not told": unsaved((_, folder) => {
      throw new StorageIOError(`${folder} cannot be written`);
    }),
    "a failed commit has the system's code": unsaved((error) => {
      throw (error as Error).cause;
    }),
    "what cannot be created is left as it is": {
      create: async (folder, make) => {
        mkdirSync(folder);
        await make(folder);
        attempt(folder, () =>
          writeFileSync(join(folder, MARKER), "caterpillar storage: whole-file, format 1\n"),
        );
      },
    },
  },
  "FAULT-02": {
    "the file is written over": {
      save: (folder, items) => {
        const file = fileOf(folder);
        attempt(file, () => writeFileSync(file, textOf(items)));
      },
    },
  },
  "FAULT-03": {
    "a failed open keeps what it has opened": {
      load: (folder) =>
        attempt(folder, () => {
          const handles = [fileOf(folder), logOf(folder)].map((file) => openSync(file, "r"));
          for (const handle of handles) closeSync(handle);
          return load(folder);
        }),
    },
    "for want of handles it is said to be damaged": {
      load: (folder) => {
        const handle = openSync(logOf(folder), "r");
        try {
          return load(folder);
        } catch (cause) {
          throw new StorageCorruptError(`${folder} is damaged`, { cause });
        } finally {
          closeSync(handle);
        }
      },
    },
  },
  "FAULT-04": {
    "what may not be read is begun anew": otherwise((error) => {
      if (systemCodeOf(error) === "EACCES") return nothing();
      throw error;
    }),
    "what may not be read is said to be damaged": otherwise((error, folder) => {
      if (systemCodeOf(error) !== "EACCES") throw error;
      throw new StorageCorruptError(`${folder} is damaged`, { cause: error });
    }),
  },
  "FAULT-05": {
    "what may not be written is opened for writing": { check: () => {} },
  },
  "FAULT-06": {
    "that a sync has failed is not told": {
      save: (folder, items) => {
        const file = fileOf(folder);
        attempt(file, () => {
          try {
            save(folder, items);
          } catch (error) {
            if (systemCodeOf(error) !== "EIO") throw error;
            writeFileSync(file, textOf(items));
          }
        });
      },
    },
  },
  "FAULT-07": {
    "what could not be written is seen all the same": {
      commit: (saved, publish) => {
        publish();
        saved();
      },
    },
    "after a failure nothing is read any more": onceFailed((hasFailed) => ({
      pinned: () => {
        if (hasFailed()) refuse();
      },
    })),
  },
  "FAULT-08": {
    "after a failure nothing is taken ever again": onceFailed((hasFailed) => ({
      save: (folder, items) => (hasFailed() ? refuse() : save(folder, items)),
    })),
    "after a failure what is taken is lost": onceFailed((hasFailed) => ({
      save: (folder, items) => {
        if (!hasFailed()) save(folder, items);
      },
    })),
  },
  "FAULT-10": {
    "what is closed is saved once more, wherever it is": {
      closed: (folder, items) => {
        mkdirSync(folder, { recursive: true });
        save(folder, items);
      },
    },
  },
  "CORR-01": { "what is damaged is begun anew, whatever it was": anew },
  "CORR-02": { "what is empty or missing is begun anew": anew },
  "CORR-03": { "what is cut off is begun anew": anew },
  "CORR-04": {
    "what can be read of a damaged file is taken": {
      load: (folder) => {
        const text = readText(fileOf(folder));
        const json = text.slice(text.indexOf("\n") + 1);
        try {
          return JSON.parse(json);
        } catch {
          const whole: Items = JSON.parse(`${json.slice(0, json.lastIndexOf("],["))}]]`);
          return [...whole, ...nothing()];
        }
      },
    },
  },
  "CORR-05": {
    "what is damaged ends the process": otherwise((error) => {
      if (error instanceof StorageCorruptError) process.abort();
      throw error;
    }),
  },
  "CORR-06": { "everything is in two files that do not know each other": inTwo },
  "CORR-07": {
    "what is there for people must be whole": {
      load: (folder) => {
        if (readText(logOf(folder)) !== LOGGED)
          throw new StorageCorruptError(`${folder} is damaged`);
        return load(folder);
      },
    },
  },
  "CORR-08": { "everything is in two files of any time": inTwo },
  "RES-01": {
    "a storage that is closed keeps a file open": {
      check: (folder, readonly) => {
        check(folder, readonly);
        openSync(logOf(folder), "a");
      },
    },
  },
  "RES-02": {
    "every snapshot keeps a page for ever": {
      pinned: () => void kept.push(new Uint8Array(1 << 14).fill(1)),
    },
  },
  "RES-03": {
    "everything that was ever written is kept": {
      save: (folder, items) => {
        save(folder, items);
        appendFileSync(moreOf(folder), textOf(items));
      },
    },
  },
};
