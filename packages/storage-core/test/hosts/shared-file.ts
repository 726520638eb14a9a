/**
 * A driver whose storages any thread and any process may share: a folder with one file in it, which holds all that is committed. Each
 * snapshot reads the file, each commit replaces it. With one of its bugs it goes wrong only where somebody in another thread or process
 * has committed, so that nothing is seen of it while all sessions are in one thread. It keeps text only; it is no driver to be used.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import {
  checkExpected,
  DuplicateStorageError,
  defineStorage,
  formatStore,
  type OrderedBatch,
  type OrderedSnapshot,
  type OrderedStore,
  orderedEngine,
  StorageBusyError,
  StorageNotFoundError,
  type StorageOpener,
  type Value,
} from "@caterpillar/storage-core/driver";
import { MemoryStore } from "../../src/memory-store.ts";

export type Bug =
  /** A read of a snapshot reads the newest state, where that was committed elsewhere. */
  | "newest"
  /** What was read once is never read again, unless it was changed here. */
  | "stale"
  /** A conflict with what was committed elsewhere is not noticed. */
  | "blind";

interface State {
  /** Who has committed it. */
  readonly by: string;
  readonly items: readonly (readonly [key: string, value: Value])[];
}

const HERE = `process ${process.pid}, thread ${threadId}`;

class SharedFile implements OrderedStore {
  readonly #file: string;
  readonly #lock: string;
  readonly #bug: Bug | undefined;
  #known: State | undefined;

  constructor(folder: string, bug: Bug | undefined) {
    this.#file = join(folder, "items.json");
    this.#lock = join(folder, "lock");
    this.#bug = bug;
  }

  async snapshot(): Promise<OrderedSnapshot> {
    const pinned = await snapshotOf(this.#state());
    if (this.#bug !== "newest") return pinned;
    const now = async (): Promise<OrderedSnapshot> => {
      const newest = this.#read();
      return newest.by === HERE ? pinned : await snapshotOf(newest);
    };
    return {
      get: async (key, as) => (await now()).get(key, as),
      getMany: async (keys, as) => (await now()).getMany(keys, as),
      page: async (range, as) => (await now()).page(range, as),
      keys: async (range) => (await now()).keys(range),
      close: () => {},
    };
  }

  write({ expected, changes }: OrderedBatch): void {
    this.#take();
    try {
      const found = this.#read();
      const items = new Map(found.items);
      const checked = this.#bug === "blind" && found.by !== HERE ? [] : expected;
      checkExpected(checked, (key) => items.get(key));
      for (const [key, value] of changes) {
        if (value === null) items.delete(key);
        else items.set(key, value);
      }
      this.#known = { by: HERE, items: [...items] };
      const next = `${this.#file}.next`;
      writeFileSync(next, JSON.stringify(this.#known));
      renameSync(next, this.#file);
    } finally {
      rmSync(this.#lock);
    }
  }

  close(): void {}

  #state(): State {
    if (this.#bug === "stale" && this.#known !== undefined) return this.#known;
    this.#known = this.#read();
    return this.#known;
  }

  #read(): State {
    return JSON.parse(readFileSync(this.#file, "utf8"));
  }

  #take(): void {
    try {
      writeFileSync(this.#lock, HERE, { flag: "wx" });
    } catch (cause) {
      throw new StorageBusyError("somebody else commits", { cause });
    }
  }
}

async function snapshotOf({ items }: State): Promise<OrderedSnapshot> {
  const memory = new MemoryStore();
  await memory.write({ expected: [], changes: items, durability: "process-crash" });
  return memory.snapshot();
}

export function sharedFile(bug?: Bug): StorageOpener {
  return defineStorage({
    name: "shared file",
    facts: {
      location: "path",
      threads: "shared",
      processes: "shared",
      durability: ["process-crash"],
      readonly: "core",
      files: [{ name: "<path>", about: "everything" }],
    },
    async open(path, { create }) {
      const store = new SharedFile(path, bug);
      if (create) {
        make(path);
        await formatStore(store);
      } else if (!existsSync(path)) throw new StorageNotFoundError(`nothing is at ${path}`);
      return orderedEngine(store, path);
    },
  });
}

function make(path: string): void {
  try {
    mkdirSync(path);
  } catch (cause) {
    throw new DuplicateStorageError(`${path} exists`, { cause });
  }
  writeFileSync(join(path, "items.json"), JSON.stringify({ by: HERE, items: [] }));
}
