/** A driver of this repository, by the public methods of its storages. */
import type { Container, Storage, StorageOpener } from "@caterpillar/storage-core";
import type { Contender, Engine, HeldSnapshot, Pair, Session } from "../contender.ts";

const ITEMS = "items";

/** An option of one driver, with which it is measured once more. */
interface Option {
  /** As it is called: `worker`. */
  readonly name: string;
  /** What comes of it, for people. */
  readonly title: string;
  readonly options: object;
}

/** What clear() means on a driver that stands on a flat, ordered store. */
export const CLEARS_LATER =
  "one step, whatever there is; the items themselves are deleted later, in the background";

export function ours(
  engine: Engine,
  title: string,
  opener: StorageOpener,
  { packages, notes }: Pick<Contender, "packages" | "notes">,
  option?: Option,
): Contender {
  const { facts, about } = opener.driver;
  const syncs = about?.syncs ?? "nothing";
  // What lives in memory has no durability, and is measured beside those that have the least.
  const kept = facts.durability.length === 0 ? (["process-crash"] as const) : facts.durability;
  return {
    name: `ours-${engine}${option ? `-${option.name}` : ""}`,
    title: `ours on ${title}${option ? `, ${option.title}` : ""}`,
    engine,
    kind: option ? "option" : "ours",
    ordered: true,
    about: "one container, read and written by `storage.container()`, in text",
    durability: Object.fromEntries(kept.map((name) => [name, partFor(name, syncs)])),
    notes,
    packages,
    async open(path, { create, durability }) {
      const storage = await opener.open(path, { create, durability, ...option?.options });
      if (create) await storage.addContainer(ITEMS);
      return new OurSession(storage);
    },
  };
}

/** Drivers say what they do for each durability in one sentence: "`power-loss`: …; `process-crash`: …". */
function partFor(durability: string, syncs: string): string {
  const head = `\`${durability}\`: `;
  const part = syncs.split("; ").find((one) => one.startsWith(head));
  return part === undefined ? syncs : part.slice(head.length);
}

class OurSession implements Session {
  readonly #storage: Storage;
  readonly #items: Container<string | number | bigint | boolean | Uint8Array, string>;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#items = storage.container(ITEMS);
  }

  get(key: string): Promise<string | undefined> {
    return this.#items.get(key);
  }

  async getMany(keys: readonly string[], see: (value: string | undefined) => void): Promise<void> {
    for (const [, value] of await this.#items.getMany(keys)) see(value);
  }

  pageAfter(key: string, limit: number): Promise<Pair[]> {
    return this.#items.list({ gt: key, limit });
  }

  async eachEntry(see: (key: string, value: string) => void): Promise<void> {
    for await (const [key, value] of this.#items.entries()) see(key, value);
  }

  async eachWithPrefix(prefix: string, see: (key: string, value: string) => void): Promise<void> {
    for (const [key, value] of await this.#items.list({ prefix })) see(key, value);
  }

  async eachKey(see: (key: string) => void): Promise<void> {
    for await (const key of this.#items.keys()) see(key);
  }

  count(): Promise<number> {
    return this.#items.count();
  }

  set(key: string, value: string): Promise<void> {
    return this.#items.set(key, value);
  }

  delete(key: string): Promise<void> {
    return this.#items.delete(key);
  }

  load(entries: readonly Pair[]): Promise<void> {
    return this.#storage.transaction((tx) => tx.setContainerItems(ITEMS, entries));
  }

  update(key: string, change: (value: string | undefined) => string): Promise<string> {
    return this.#items.update(key, change);
  }

  clear(): Promise<void> {
    return this.#items.clear();
  }

  /** A read-only transaction that does not end before it is told to. */
  snapshot(): Promise<HeldSnapshot> {
    return new Promise((resolve, reject) => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const held = this.#storage.transaction(
        async (tx) => {
          const items = tx.container(ITEMS);
          await items.has("");
          resolve({
            get: (key) => items.get(key),
            close() {
              release();
              return held;
            },
          });
          await released;
        },
        { readonly: true },
      );
      held.catch(reject);
    });
  }

  close(): Promise<void> {
    return this.#storage.close();
  }
}
