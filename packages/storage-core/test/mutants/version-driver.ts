/**
 * A driver that processes share, and that survives whatever ends one: a storage is a folder with a file for each state that it ever had. A commit
 * writes the next state under another name, syncs it, and gives it its number, which only one can have. Nobody ever waits for anybody. It is made to
 * be broken, one step at a time; it keeps every state for ever, and reads all of it.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import {
  checkFolder,
  createFolder,
  type Driver,
  type Durability,
  formatStore,
  MARKER,
  type OrderedBatch,
  type OrderedSnapshot,
  type OrderedStore,
  orderedEngine,
} from "@caterpillar/storage-core/driver";
import { MemoryStore } from "../../src/memory-store.ts";
import { type Items, itemsOf, storeOf } from "./json-items.ts";

export const FORMAT = { driver: "versions", version: 1 };

/** What the driver does with a folder. */
export interface VersionSteps {
  /** Makes the storage, which must not exist. */
  create(path: string, make: (folder: string) => Promise<void>): Promise<void>;
  /** Is called with each folder that is opened, and with what it answers when that is closed. */
  enter(folder: string): (() => void | Promise<void>) | Promise<() => void | Promise<void>>;
  /** The number of the newest state. */
  newest(folder: string): number;
  read(folder: string, number: number): Items;
  /** Makes the items the state of that number; throws `EEXIST` where there is one. */
  publish(folder: string, number: number, items: Items, durability: Durability): unknown;
}

export const versionSteps: VersionSteps = {
  create: (path, make) => createFolder(path, FORMAT, make),
  enter: () => () => {},
  newest: (folder) => {
    const states = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return Math.max(-1, ...states.map((name) => Number.parseInt(name, 10)));
  },
  read: (folder, number) => JSON.parse(readFileSync(fileOf(folder, number), "utf8")),
  publish: (folder, number, items, durability) => {
    const draft = writeDraft(folder, items, durability);
    linkSync(draft, fileOf(folder, number));
    if (durability === "power-loss") syncFolder(folder);
    rmSync(draft);
  },
};

export function fileOf(folder: string, number: number): string {
  return join(folder, `${number}.json`);
}

/** The states have other drafts than those that creators have. */
export function writeDraft(folder: string, items: Items, durability: Durability): string {
  const draft = join(folder, `draft-${process.pid}-${threadId}`);
  const file = openSync(draft, "w");
  writeSync(file, JSON.stringify(items));
  if (durability === "power-loss") fsyncSync(file);
  closeSync(file);
  return draft;
}

export function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  fsyncSync(file);
  closeSync(file);
}

class VersionStore implements OrderedStore {
  readonly #folder: string;
  readonly #steps: VersionSteps;
  readonly #leave: () => void | Promise<void>;
  #state: { number: number; store: MemoryStore } = { number: -1, store: new MemoryStore() };

  constructor(folder: string, steps: VersionSteps, leave: () => void | Promise<void>) {
    this.#folder = folder;
    this.#steps = steps;
    this.#leave = leave;
  }

  async snapshot(): Promise<OrderedSnapshot> {
    return (await this.#newest()).store.snapshot();
  }

  async write({ expected, changes, durability }: OrderedBatch): Promise<void> {
    for (;;) {
      const { number, store } = await this.#newest();
      const next = await storeOf(await itemsOf(store));
      await next.write({ expected, changes, durability });
      try {
        await this.#steps.publish(this.#folder, number + 1, await itemsOf(next), durability);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
        throw error;
      }
      this.#state = { number: number + 1, store: next };
      return;
    }
  }

  async close(): Promise<void> {
    await this.#leave();
  }

  async #newest(): Promise<{ number: number; store: MemoryStore }> {
    const number = this.#steps.newest(this.#folder);
    if (number > this.#state.number) {
      const store = await storeOf(this.#steps.read(this.#folder, number));
      this.#state = { number, store };
    }
    return this.#state;
  }
}

/** The driver, with some of its steps replaced. */
export function versionDriver(name: string, change: Partial<VersionSteps> = {}): Driver {
  const steps = { ...versionSteps, ...change };
  return {
    name,
    facts: {
      location: "path",
      threads: "shared",
      processes: "shared",
      durability: ["power-loss", "process-crash"],
      readonly: "core",
      files: [
        { name: "<path>/*.json", about: "a state" },
        { name: "<path>/draft-*", about: "a state that nobody can see yet" },
        { name: "<path>/lock*", about: "locks of drivers that have some", expendable: true },
        { name: `<path>/${MARKER}`, about: "whose folder this is" },
      ],
    },
    async open(path, { create }) {
      if (create) {
        await steps.create(path, (folder) =>
          formatStore(new VersionStore(folder, versionSteps, () => {})),
        );
      }
      checkFolder(path, FORMAT);
      const leave = await steps.enter(path);
      return await orderedEngine(new VersionStore(path, steps, leave), path);
    },
  };
}
