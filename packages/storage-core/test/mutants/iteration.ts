/** ITER: bugs in iterations, ranges and order. */
import type { Container, Range, Storage } from "@caterpillar/storage-core";
import {
  type Engine,
  keyAfter,
  type Page,
  type PageRange,
  type Snapshot,
} from "@caterpillar/storage-core/driver";
import { inSnapshot } from "./engine-parts.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";

type Entries = AsyncIterableIterator<[key: string, value: string], undefined, undefined>;

/** A bug in iterations of a storage's containers; `entries` is what the container itself would answer. */
function inEntries(
  name: string,
  killedBy: string,
  change: (
    entries: (range?: Range) => Entries,
    range: Range | undefined,
    storage: Storage,
    id: string,
  ) => AsyncIterable<[string, string]>,
): Mutant {
  return inStorage(name, killedBy, (storage) => changedEntries(storage, change));
}

function changedEntries(
  storage: Storage,
  change: Parameters<typeof inEntries>[2],
): { container: (id: string) => unknown } {
  return {
    container(id: string) {
      const container: Container<unknown, string> = storage.container(id);
      const entries = (range?: Range): Entries => container.entries(range);
      return replace(container, {
        entries: (range?: Range) => change(entries, range, storage, id) as Entries,
      });
    },
  };
}

/** A bug in pages, of entries and of keys alike. */
function inPages(
  name: string,
  killedBy: string,
  change: <T>(
    range: PageRange,
    fetch: (range: PageRange) => Page<T>,
    keyOf: (item: T) => string,
  ) => Page<T>,
): Mutant {
  return inSnapshot(name, killedBy, (snapshot) => ({
    page: (container, range, as) =>
      change(
        range,
        (asked) => snapshot.page(container, asked, as) as Page<readonly [string, string]>,
        ([key]) => key,
      ),
    keys: (container, range) =>
      change(
        range,
        (asked) => snapshot.keys(container, asked) as Page<string>,
        (key) => key,
      ),
  }));
}

const WHOLE = { start: "", end: undefined, limit: Infinity, bytes: Infinity, reverse: false };

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** Whatever goes wrong is the end. */
async function* untilItFails<T>(iterable: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* iterable;
  } catch {}
}

/** The entries as others see them. */
async function committed(storage: Storage, id: string, range?: Range): Promise<[string, string][]> {
  return await storage.transaction((tx) => collect(tx.container(id).entries(range)), {
    readonly: true,
  });
}

/** An engine with places for so many readers; `holds` says whether a snapshot that is closed keeps its place. */
function withReaders(places: number, holds: (paged: Page<unknown> | undefined) => boolean) {
  return (engine: Engine): Partial<Engine> => {
    let taken = 0;
    return {
      snapshot(durability) {
        if (taken >= places) throw new Error("no place is free for another reader");
        const snapshot = engine.snapshot(durability) as Snapshot;
        let last: Page<unknown> | undefined;
        taken++;
        return replace(snapshot, {
          async page(container, range, as) {
            const page = await snapshot.page(container, range, as);
            last = page;
            return page;
          },
          async close() {
            if (!holds(last)) taken--;
            await snapshot.close();
          },
        });
      },
    };
  };
}

const lastKeys = new Map<string, string>();

/** Two bugs that only together leave something open: few readers, and loops that never say that they were left. */
function withoutReturn(): Mutant {
  const { storage: few } = inEngine(
    "few can read",
    "",
    withReaders(126, () => false),
  );
  return {
    name: "a loop that is left keeps its reader",
    killedBy: "ITER-06",
    storage: {
      driver: few.driver,
      async open(path, options) {
        const storage = await few.open(path, options);
        const values = (id: string): unknown => {
          const iterator = storage.container(id).values();
          // Kept, or it is collected and lets go.
          kept.push(iterator);
          return { next: () => iterator.next(), [Symbol.asyncIterator]: () => values(id) };
        };
        const kept: unknown[] = [];
        return replace(storage, {
          container: ((id: string) =>
            replace(storage.container(id), { values: () => values(id) as never })) as never,
        });
      },
    },
  };
}

export const iterationMutants: readonly Mutant[] = [
  inStorage("a list is a page, and no more", "ITER-01", (storage) => ({
    container: (id: string) => {
      const container = storage.container(id);
      return replace(container, {
        list: async (range) => (await container.list(range)).slice(0, 256),
      });
    },
  })),
  inPages("the next page begins with the last key again", "ITER-01", (range, fetch) =>
    fetch({ ...range, start: range.start.replace(/\0$/, "") }),
  ),
  inPages("a full page is the last", "ITER-01", (range, fetch) => {
    const { items, more } = fetch(range);
    return { items, more: more && items.length < range.limit };
  }),
  inPages("a page begins two keys behind the last", "ITER-01", (range, fetch, keyOf) => {
    const page = fetch(range);
    const [first] = page.items;
    if (!range.start.endsWith("\0") || first === undefined) return page;
    return fetch({ ...range, start: keyAfter(keyOf(first)) });
  }),
  inEntries(
    "own writes are not in an iteration",
    "ITER-02",
    async function* (_, range, storage, id) {
      yield* await committed(storage, id, range).catch(() => []);
    },
  ),
  inEntries(
    "own deletes are in an iteration",
    "ITER-03",
    async function* (entries, range, storage, id) {
      const all = new Map([
        ...(await committed(storage, id, range)),
        ...(await collect(entries(range))),
      ]);
      const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
      yield* range?.reverse ? sorted.reverse() : sorted;
    },
  ),
  inEntries("an iteration looks at each step", "ITER-04", async function* (entries, range) {
    let last: string | undefined;
    for (;;) {
      const bound = range?.reverse ? "lt" : "gt";
      const from = last === undefined ? {} : { [bound]: last };
      const [entry] = await collect(entries({ ...range, ...from, limit: 1 }));
      if (entry === undefined) return;
      [last] = entry;
      yield entry;
    }
  }),
  inEngine(
    "a reader keeps its place until it has read to the end",
    "ITER-05",
    withReaders(126, (last) => last?.more === true),
  ),
  withoutReturn(),
  inSnapshot("pages go on where the last one ended, whoever asked", "ITER-07", (snapshot) => ({
    async page(container, range, as) {
      const last = lastKeys.get(container);
      const goesOn = range.start.endsWith("\0") && last !== undefined && last > range.start;
      const page = await snapshot.page(container, goesOn ? { ...range, start: last } : range, as);
      const end = page.items.at(-1);
      if (end !== undefined && !range.reverse) lastKeys.set(container, keyAfter(end[0]));
      return page;
    },
  })),
  inEntries(
    "a transaction's iteration takes a snapshot of its own",
    "ITER-08",
    async function* (_, range, storage, id) {
      yield* await committed(storage, id, range);
    },
  ),
  inSnapshot("each page is of the newest state", "ITER-09", (_, engine) => ({
    async page(container, range, as) {
      const newest = await engine.snapshot("power-loss");
      if (!(await newest.has(container))) return { items: [], more: false };
      return await newest.page(container, range, as);
    },
  })),
  inPages("the order is that of UTF-16", "ITER-10", (range, fetch, keyOf) => {
    const { items } = fetch({ ...WHOLE, limit: 1_000_000 });
    const sorted = items
      .filter((item) => keyOf(item) >= range.start && keyOf(item) < (range.end ?? "\uffff\uffff"))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    if (range.reverse) sorted.reverse();
    return { items: sorted.slice(0, range.limit), more: sorted.length > range.limit };
  }),
  inPages("reverse is ignored", "ITER-10", (range, fetch) => fetch({ ...range, reverse: false })),
  inPages("everything is one page", "ITER-11", (range, fetch) =>
    fetch({ ...range, limit: Infinity, bytes: Infinity }),
  ),
  inEngine("what is being read cannot be written", "ITER-12", (engine) => {
    const reading = new Set<Snapshot>();
    return {
      snapshot(durability) {
        const snapshot = engine.snapshot(durability) as Snapshot;
        return replace(snapshot, {
          page(container, range, as) {
            reading.add(snapshot);
            return snapshot.page(container, range, as);
          },
          close() {
            reading.delete(snapshot);
            return snapshot.close();
          },
        });
      },
      async write(changes, options) {
        if (reading.size > 0) throw new Error("the table is locked");
        await engine.write(changes, options);
      },
    };
  }),
  inPages("lt is lte", "ITER-13", (range, fetch) =>
    fetch({ ...range, end: range.end === undefined ? undefined : keyAfter(range.end) }),
  ),
  inPages("gt is gte", "ITER-13", (range, fetch) =>
    fetch({ ...range, start: range.start.replace(/\0$/, "") }),
  ),
  inPages("a lower bound does not hold in reverse", "ITER-13", (range, fetch) =>
    fetch(range.reverse ? { ...range, start: "" } : range),
  ),
  inEntries(
    "bounds do not hold for own writes",
    "ITER-14",
    async function* (entries, range, storage, id) {
      const others = new Set((await committed(storage, id).catch(() => [])).map(([key]) => key));
      const shown = new Set((await collect(entries(range))).map(([key]) => key));
      for await (const entry of entries({ reverse: range?.reverse ?? false })) {
        if (shown.has(entry[0]) || !others.has(entry[0])) yield entry;
      }
    },
  ),
  inSnapshot("containers come in the order of UTF-16", "ITER-15", (snapshot) => ({
    containers: async () => [...(await snapshot.containers())].sort(),
  })),
  inStorage("new containers come last", "ITER-15", (storage) => ({
    async listContainers() {
      const names = await storage.listContainers();
      const old = await storage.transaction((tx) => tx.listContainers(), { readonly: true });
      return [
        ...old.filter((name) => names.includes(name)),
        ...names.filter((name) => !old.includes(name)),
      ];
    },
  })),
  inStorage("an iteration just stops with its transaction", "ITER-16", (storage) => ({
    async begin() {
      const tx = await storage.begin();
      return replace(tx, {
        container: ((id: string) => {
          const container = tx.container(id);
          return replace(container, {
            entries: (range?: Range) => untilItFails(container.entries(range)) as Entries,
          });
        }) as never,
      });
    },
  })),
  inEntries("calls of next that overlap see the same", "ITER-17", (entries, range) => {
    let last: string | undefined;
    const next = async (): Promise<IteratorResult<[string, string], undefined>> => {
      const from = last === undefined ? {} : { gt: last };
      const [entry] = await collect(entries({ ...range, ...from, limit: 1 }));
      if (entry === undefined) return { done: true, value: undefined };
      [last] = entry;
      return { done: false, value: entry };
    };
    return { next, [Symbol.asyncIterator]: () => ({ next }) } as AsyncIterable<[string, string]>;
  }),
  inPages("a page is full only when it has enough entries", "ITER-18", (range, fetch) =>
    fetch({ ...range, bytes: Infinity }),
  ),
  inEntries("an iteration begins when it is made", "ITER-19", (entries, range) => {
    const iterator = entries(range);
    let first: ReturnType<typeof iterator.next> | undefined = iterator.next();
    first.catch(() => {});
    return replace(iterator, {
      next() {
        const step = first ?? iterator.next();
        first = undefined;
        return step;
      },
      [Symbol.asyncIterator]() {
        return this as Entries;
      },
    });
  }),
  inEntries("no more than a thousand entries come", "ITER-20", (entries, range) =>
    entries({ ...range, limit: Math.min(range?.limit ?? 1000, 1000) }),
  ),
  inPages("in reverse, the limit is counted from the other end", "ITER-20", (range, fetch) => {
    if (!range.reverse) return fetch(range);
    const { items } = fetch({ ...range, reverse: false });
    return { items: [...items].reverse(), more: true };
  }),
  inEntries("what a range does not know is ignored", "ITER-21", (entries, range) => {
    const known = ["gt", "gte", "lt", "lte", "prefix", "reverse", "limit"];
    return entries(
      Object.fromEntries(Object.entries(range ?? {}).filter(([name]) => known.includes(name))),
    );
  }),
  inEntries("a second loop begins again", "ITER-22", (entries, range) =>
    replace(entries(range), { [Symbol.asyncIterator]: () => entries(range) }),
  ),
  inEntries("an iteration never lets go of the event loop", "ITER-23", async function* () {
    for (let i = 0; i < 100_000; i++) yield [`k${i}`, "v"];
  }),
  inEngine(
    "a transaction's end does not give back the place of what it was reading",
    "ITER-24",
    withReaders(126, (last) => last?.more === true),
  ),
];
