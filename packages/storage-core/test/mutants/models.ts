/** MOD: bugs that show only after the right few steps, which hardly anybody writes down. */
import type { Container, Range, Storage, ValueInput } from "@caterpillar/storage-core";
import {
  defineStorage,
  type Engine,
  type Snapshot,
  TransactionConflictError,
  type Value,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { type Bug, logFile } from "../hosts/log-file.ts";
import { newestOf } from "./conflict-rules.ts";
import { inEntries, inSnapshot, inWrite } from "./engine-parts.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";
import { watchBegun } from "./sessions.ts";

const PAGE = 256;
const EVERYTHING = { start: "", end: undefined, reverse: false, limit: 1e9, bytes: 1e12 };

type Entry = [key: string, value: unknown];

/** A bug in the entries of containers: what `change` makes of a range of them. */
function inRanges(
  name: string,
  killedBy: string,
  change: (storage: Storage) => Partial<Record<keyof Storage, unknown>> & {
    readonly ofRange: (
      entries: (range: Range) => AsyncIterable<Entry>,
      range: Range,
      container: string,
    ) => AsyncIterable<Entry>;
  },
): Mutant {
  return inStorage(name, killedBy, (storage) => {
    const { ofRange, ...others } = change(storage);
    const container = (id: string, options: object): Container<unknown, unknown> => {
      const intact: Container<unknown, unknown> = storage.container(id, options as never);
      const entries = (range: Range = {}): unknown =>
        ofRange((asked) => intact.entries(asked), range, id);
      return replace(intact, { entries } as Partial<Container<unknown, unknown>>);
    };
    return { ...others, container };
  });
}

const ofOne: readonly Mutant[] = [
  inStorage(
    "a length that was asked for in a transaction outlives its rollback",
    "MOD-01",
    (storage) => {
      const lengths = new Map<string, number>();
      return {
        commit: async () => {
          lengths.clear();
          await storage.commit();
        },
        getContainerLen: async (id: string) => {
          const length = await storage.getContainerLen(id);
          if (!storage.inTransaction) return lengths.get(id) ?? length;
          lengths.set(id, length);
          return length;
        },
      };
    },
  ),
  inRanges("a range with a limit is one short behind an own write", "MOD-01", (storage) => {
    const written = new Set<string>();
    const { begun, calls } = watchBegun(storage);
    const noted =
      (method: "setContainerItem" | "deleteContainerItem") =>
      async (id: string, key: string, value: string): Promise<void> => {
        await storage[method](id, key, value);
        if (begun()) written.add(id);
      };
    return {
      ...calls,
      begin: async () => {
        written.clear();
        return await calls.begin();
      },
      setContainerItem: noted("setContainerItem"),
      deleteContainerItem: noted("deleteContainerItem"),
      ofRange: (entries, range, id) => {
        const { limit = 0 } = range;
        const isShort = begun() && limit > 0 && written.has(id);
        return entries(isShort ? { ...range, limit: limit - 1 } : range);
      },
    };
  }),
  inStorage("of writes that are made together all fail with the first", "MOD-01", (storage) => {
    let before: Promise<unknown> | undefined;
    const afterThat = (write: Promise<void>): Promise<void> => {
      const both = Promise.all([before, write]).then(() => {});
      before = both;
      const forget = (): void => {
        if (before === both) before = undefined;
      };
      both.then(forget, forget);
      return both;
    };
    return {
      setContainerItem: (id: string, key: string, value: ValueInput) =>
        afterThat(storage.setContainerItem(id, key, value)),
      deleteContainerItem: (id: string, key: string) =>
        afterThat(storage.deleteContainerItem(id, key)),
      addContainer: (id: string) => afterThat(storage.addContainer(id)),
    };
  }),
  inWrite(
    "a container that is cleared keeps what is behind the first page",
    "MOD-01",
    (changes, engine) => {
      const now = newestOf(engine);
      if (changes.action !== "clear" || !now.has(changes.container)) return changes;
      const { items } = now.page(changes.container, EVERYTHING, "bytes") as Awaited<
        ReturnType<Snapshot["page"]>
      >;
      const entries = new Map<string, Value | null>(items.slice(PAGE));
      for (const [key, value] of changes.entries) entries.set(key, value);
      return { ...changes, entries: [...entries].sort(byKey), size: entries.size };
    },
  ),
];

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const ofSeveral: readonly Mutant[] = [
  inEngine(
    "the third of three snapshots is of the newest state after two commits",
    "MOD-02",
    (engine) => {
      let commits = 0;
      const open = new Set<Snapshot>();
      const inner = new WeakMap<Snapshot, Snapshot>();
      return {
        snapshot: () => {
          const pinned = newestOf(engine);
          const begun = commits;
          const isThird = open.size >= 2;
          const now = (container: string): Snapshot => {
            const newest = newestOf(engine);
            return isThird && commits >= begun + 2 && newest.has(container) ? newest : pinned;
          };
          const snapshot: Snapshot = replace(pinned, {
            get: (container, ...args) => now(container).get(container, ...args),
            count: (container) => now(container).count(container),
            close: () => {
              open.delete(snapshot);
              return pinned.close();
            },
          });
          open.add(snapshot);
          inner.set(snapshot, pinned);
          return snapshot;
        },
        write: async (changes, { base, durability }) => {
          const pinned = base === undefined ? undefined : inner.get(base);
          await engine.write(changes, { base: pinned, durability });
          commits++;
        },
      };
    },
  ),
  inSnapshot("a page behind the first is of the newest state", "MOD-02", (snapshot, engine) => ({
    page: (container, range, as) => {
      const now = newestOf(engine);
      const isNext = range.start.endsWith("\0") && now.has(container);
      return (isNext ? now : snapshot).page(container, range, as);
    },
  })),
  inStorage("who met a conflict commits nothing the next time either", "MOD-02", (storage) => {
    let conflict = false;
    return {
      commit: async () => {
        const again = conflict;
        conflict = false;
        if (again) return await storage.rollback();
        try {
          await storage.commit();
        } catch (error) {
          conflict = error instanceof TransactionConflictError;
          throw error;
        }
      },
    };
  }),
];

/** The memory driver, which knows from one opening of a storage to the next what was deleted, and what it was. */
function remembering(): Mutant {
  const name = "a key that was deleted and set again has its old value when it is opened again";
  const { driver } = MemoryStorage;
  const storage = defineStorage({
    ...driver,
    name: `memory, where ${name}`,
    open: async (path, options) => {
      const engine: Engine = await driver.open(path, options);
      const revived = old.get(path) ?? new Map<string, Value>();
      old.set(path, revived);
      await restore(engine, revived);
      const deleted = new Map<string, Value>();
      return replace(engine, {
        write: async (all, writeOptions) => {
          const now = newestOf(engine);
          await engine.write(all, writeOptions);
          for (const { container, action, entries } of all) {
            for (const [key, value] of entries) {
              const id = JSON.stringify([container, key]);
              const before = action === "keep" ? now.get(container, key, "bytes") : undefined;
              if (value === null && before !== undefined) deleted.set(id, before as Value);
              else if (deleted.has(id)) revived.set(id, deleted.get(id) as Value);
            }
          }
        },
      });
    },
  });
  const old = new Map<string, Map<string, Value>>();
  return { name, killedBy: "MOD-03", storage };
}

async function restore(engine: Engine, values: Map<string, Value>): Promise<void> {
  for (const [id, value] of values) {
    const [container, key] = JSON.parse(id) as [string, string];
    if (!newestOf(engine).has(container)) continue;
    const change = {
      container,
      action: "keep" as const,
      entries: [[key, value] as const],
      size: 1,
    };
    await engine.write([change], { base: undefined, durability: "process-crash" });
  }
  values.clear();
}

/** The file of a {@link logFile} with a bug, in this process and in others. */
function inLog(name: string, bug: Bug): Mutant {
  const module = new URL(`../hosts/${bug}-target.ts`, import.meta.url);
  return { name, killedBy: "MOD-03", storage: logFile(bug), module };
}

const ofMortals: readonly Mutant[] = [
  remembering(),
  inLog("a commit is killed in the middle, and half of it is there", "torn"),
  inLog("a commit is acknowledged before it is made, and killed before that", "early"),
  inLog("what was deleted is deleted in memory alone", "undead"),
];

const ofStrangers: readonly Mutant[] = [
  inRanges("own writes are merged in the order of UTF-16", "MOD-04", (storage) => {
    const { begun, calls } = watchBegun(storage);
    return {
      ...calls,
      ofRange: async function* (entries, range) {
        if (!begun() || range.limit !== undefined) return yield* entries(range);
        const all: Entry[] = [];
        for await (const entry of entries(range)) all.push(entry);
        all.sort(([a], [b]) => (a < b ? -1 : 1));
        yield* range.reverse ? all.reverse() : all;
      },
    };
  }),
  inRanges("a prefix may have the wildcards of SQL in it", "MOD-04", (storage) => {
    const matching = async function* <T>(
      all: (range: Range) => AsyncIterable<T>,
      { prefix, limit = Number.POSITIVE_INFINITY, ...range }: Range,
      keyOf: (item: T) => string,
    ): AsyncGenerator<T, undefined> {
      const escaped = String(prefix ?? "").replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const like = new RegExp(`^${escaped.replaceAll("%", ".*").replaceAll("_", ".")}`, "s");
      let taken = 0;
      for await (const item of all(range)) {
        if (taken < limit && like.test(keyOf(item)) && ++taken > 0) yield item;
      }
    };
    return {
      getContainerKeys: (id: string, range: Range = {}) =>
        matching(
          (asked) => storage.getContainerKeys(id, asked),
          range,
          (key) => key,
        ),
      ofRange: (entries, range) => matching(entries, range, ([key]) => key),
    };
  }),
  inEntries(
    "what was bytes once does not become text any more",
    "MOD-04",
    (() => {
      const bytes = new Set<string>();
      return (entries, container) =>
        entries.filter(([key, value]) => {
          const id = `${container}/${key}`;
          if (value !== null && typeof value !== "string") bytes.add(id);
          return typeof value !== "string" || !bytes.has(id);
        });
    })(),
  ),
];

export const modelMutants: readonly Mutant[] = [
  ...ofOne,
  ...ofSeveral,
  ...ofMortals,
  ...ofStrangers,
];
