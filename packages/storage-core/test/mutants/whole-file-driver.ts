/**
 * A driver that keeps its head when the machine fails, to be broken one step at a time: a storage is a folder with one file that holds everything,
 * and a digest of that. A commit writes the file anew under another name, syncs it, and puts it in the place of the old one.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  checkFolder,
  createFolder,
  type Driver,
  formatStore,
  MARKER,
  type OrderedBatch,
  type OrderedSnapshot,
  type OrderedStore,
  orderedEngine,
  StorageCorruptError,
  StorageError,
  StorageIOError,
} from "@caterpillar/storage-core/driver";
import { MemoryStore } from "../../src/memory-store.ts";
import { type Items, itemsOf, storeOf } from "./json-items.ts";

const FORMAT = { driver: "whole-file", version: 1 };

/** What the driver does with the disk. `folder` is the storage's. */
export interface WholeFileSteps {
  create(folder: string, make: (draft: string) => Promise<void>): Promise<void>;
  /** Throws where the storage cannot be opened. */
  check(folder: string, readonly: boolean): void;
  load(folder: string): Items;
  save(folder: string, items: Items): void;
  /** Puts what a commit has made in the place of what was there before; `save` is to be called first. */
  commit(save: () => void, publish: () => void): void;
  /** Sees every snapshot. */
  pinned(snapshot: OrderedSnapshot): void;
  /** Sees what is in a storage that is closed. */
  closed(folder: string, items: Items): void;
}

export const wholeFileSteps: WholeFileSteps = {
  create: (folder, make) => createFolder(folder, FORMAT, make),
  check: (folder, readonly) => {
    if (!readonly) attempt(folder, () => writeFileSync(logOf(folder), LOGGED));
  },
  load: (folder) => parse(folder, readText(fileOf(folder))),
  save: (folder, items) => saveAs(fileOf(folder), items),
  commit: (save, publish) => {
    save();
    publish();
  },
  pinned: () => {},
  closed: () => {},
};

export function fileOf(folder: string): string {
  return join(folder, "data");
}

/** What is in the file for people, which says that the storage was opened. */
export const LOGGED = "opened\n";

export function logOf(folder: string): string {
  return join(folder, "log");
}

/** A second file, which only drivers with some bugs have. */
export function moreOf(folder: string): string {
  return join(folder, "more");
}

export function readText(file: string): string {
  return attempt(file, () => readFileSync(file, "utf8"));
}

/** What is in the text of a file. */
export function parse(file: string, text: string): Items {
  const [digest, ...lines] = text.split("\n");
  const json = lines.join("\n");
  if (digest !== digestOf(json)) throw new StorageCorruptError(`${file} is damaged`);
  return JSON.parse(json);
}

/** The text of a file. */
export function textOf(items: Items): string {
  const json = JSON.stringify(items);
  return `${digestOf(json)}\n${json}`;
}

/** Puts the items in the place of the file, and leaves it as it is where that fails. */
export function saveAs(file: string, items: Items): void {
  const draft = `${file}.new`;
  attempt(file, () => {
    try {
      writeFileSync(draft, textOf(items), { flush: true });
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
    renameSync(draft, file);
    sync(join(file, ".."));
  });
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Where the system refuses, that is told as the contract says. */
export function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new StorageCorruptError(`${path} is missing`, { cause });
    throw new StorageIOError(`${path}: ${code}`, { cause });
  }
}

class WholeFileStore implements OrderedStore {
  readonly #folder: string;
  readonly #steps: WholeFileSteps;
  #store: MemoryStore;

  static async open(folder: string, steps: WholeFileSteps): Promise<WholeFileStore> {
    return new WholeFileStore(folder, steps, await storeOf(steps.load(folder)));
  }

  constructor(folder: string, steps: WholeFileSteps, store: MemoryStore = new MemoryStore()) {
    this.#folder = folder;
    this.#steps = steps;
    this.#store = store;
  }

  snapshot(): OrderedSnapshot {
    const snapshot = this.#store.snapshot();
    this.#steps.pinned(snapshot);
    return snapshot;
  }

  async write(batch: OrderedBatch): Promise<void> {
    const next = await storeOf(await itemsOf(this.#store));
    await next.write(batch);
    const items = await itemsOf(next);
    this.#steps.commit(
      () => this.#steps.save(this.#folder, items),
      () => {
        this.#store = next;
      },
    );
  }

  async close(): Promise<void> {
    this.#steps.closed(this.#folder, await itemsOf(this.#store));
  }
}

/** The driver, with some of its steps replaced. */
export function wholeFileDriver(name: string, change: Partial<WholeFileSteps> = {}): Driver {
  const steps = { ...wholeFileSteps, ...change };
  return {
    name,
    facts: {
      location: "path",
      threads: "separate",
      processes: "separate",
      durability: ["power-loss", "process-crash"],
      readonly: "engine",
      files: [
        { name: "<path>/data", about: "everything" },
        { name: "<path>/more", about: "what drivers with a bug keep beside it" },
        { name: "<path>/*.new", about: "what is to become one of them", expendable: true },
        { name: "<path>/log", about: "whether it was opened, for people", expendable: true },
        { name: `<path>/${MARKER}`, about: "whose folder this is" },
      ],
    },
    async open(path, { create, readonly }) {
      if (create) {
        await steps.create(path, (draft) => formatStore(new WholeFileStore(draft, wholeFileSteps)));
      }
      checkFolder(path, FORMAT);
      steps.check(path, readonly);
      return await orderedEngine(await WholeFileStore.open(path, steps), path);
    },
  };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
