/**
 * A driver whose storages are files, for bugs that have to do with paths: the memory driver, and a copy of all that was committed on
 * the disk. It keeps the part of the contract that its mutants break; it is no driver to be used.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import {
  type Changes,
  type Driver,
  DuplicateStorageError,
  defineStorage,
  type Engine,
  type Snapshot,
  StorageCorruptError,
  StorageFormatError,
  StorageIOError,
  StorageNotFoundError,
  type Value,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { type Mutant, replace } from "./mutant.ts";

export const HEADER = "a storage of the file driver, version 1\n";

/** Everything in a storage; bytes as arrays of numbers. */
export type Contents = [container: string, items: [key: string, value: string | number[]][]][];

/** What the driver does with the disk. */
export interface FileSteps {
  /** Makes the file, which must not exist. */
  create(path: string): void;
  /** Reads the file, which must be a storage. */
  load(path: string, readonly: boolean): Contents;
  save(path: string, contents: Contents): void | Promise<void>;
}

export const fileSteps = {
  create: (path: string): void => {
    attempt(path, () => writeFileSync(path, `${HEADER}[]`, { flag: "wx" }));
  },
  load: (path: string, _readonly: boolean): Contents => {
    const text = attempt(path, () => readFileSync(path, "utf8"));
    if (!text.startsWith(HEADER)) throw new StorageFormatError(`${path} is not a storage`);
    try {
      return JSON.parse(text.slice(HEADER.length));
    } catch (cause) {
      throw new StorageCorruptError(`${path} is damaged`, { cause });
    }
  },
  save: (path: string, contents: Contents): void => {
    attempt(path, () => writeFileSync(path, HEADER + JSON.stringify(contents)));
  },
} satisfies FileSteps;

/** The driver, with some of its steps replaced. */
export function fileDriver(name: string, change: Partial<FileSteps> = {}): Driver {
  const steps = { ...fileSteps, ...change };
  const memory = MemoryStorage.driver;
  const open = new Map<string, number>();
  return {
    name,
    facts: {
      location: "path",
      // Its mutants are tested in one process.
      threads: "separate",
      processes: "separate",
      durability: [],
      readonly: "engine",
      files: [{ name: "<path>", about: "everything" }],
    },
    async open(path, { create, readonly }) {
      if (create) steps.create(path);
      const contents = steps.load(path, readonly);
      const stats = statSync(path, { throwIfNoEntry: false });
      const store = `${name} ${stats?.dev}:${stats?.ino}`;
      const users = open.get(store) ?? 0;
      if (users === 0) MemoryStorage.remove(store);
      const engine = await memory.open(store, { create: users === 0, readonly: false });
      if (users === 0)
        await engine.write(changesOf(contents), { base: undefined, durability: "process-crash" });
      open.set(store, users + 1);
      return replace(engine, {
        write: async (changes, options) => {
          await engine.write(changes, options);
          await steps.save(path, await contentsOf(engine));
        },
        close: () => {
          open.set(store, (open.get(store) ?? 0) - 1);
        },
      });
    },
  };
}

/** A file driver with one bug. */
export function inFile(name: string, killedBy: string, change: Partial<FileSteps>): Mutant {
  return { name, killedBy, storage: defineStorage(fileDriver(`file, where ${name}`, change)) };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new StorageNotFoundError(`nothing is at ${path}`, { cause });
    if (code === "EEXIST") throw new DuplicateStorageError(`${path} exists`, { cause });
    if (code === "EISDIR") throw new StorageFormatError(`${path} is a folder`, { cause });
    throw new StorageIOError(`${path}: ${code}`, { cause });
  }
}

function changesOf(contents: Contents): Changes {
  return contents.map(([container, items]) => {
    const entries = items.map(([key, value]): [string, Value] => [
      key,
      typeof value === "string" ? value : new Uint8Array(value),
    ]);
    return { container, action: "create", entries, size: entries.length };
  });
}

const EVERYTHING = { start: "", end: undefined, reverse: false, limit: 1e9, bytes: 1e12 };

async function contentsOf(engine: Engine): Promise<Contents> {
  const snapshot: Snapshot = await engine.snapshot("process-crash");
  const contents: Contents = [];
  for (const container of await snapshot.containers()) {
    const { items } = await snapshot.page(container, EVERYTHING, "text");
    contents.push([
      container,
      items.map(([key, value]) => [key, typeof value === "string" ? value : [...value]]),
    ]);
  }
  return contents;
}
