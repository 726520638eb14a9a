/** A driver under observation: what its engine is asked and what it answers, which no caller of a storage can see. */
import {
  type Changes,
  type Driver,
  defineStorage,
  type Engine,
  type Page,
  type PageRange,
  type Snapshot,
  type StorageOpener,
  type Value,
} from "../src/driver.ts";
import { chain, type MaybePromise } from "../src/maybe-promise.ts";

/** One page: what was asked, and how much came. */
interface PageAsked {
  readonly range: PageRange;
  readonly items: number;
  /** The length of all its values; 0 for a page of keys. */
  readonly bytes: number;
}

export interface Observed {
  /** Opens storages on the driver, for the check to close. It shares no engine with the driver itself. */
  readonly storage: StorageOpener;
  readonly pages: PageAsked[];
  /** How often a write was begun. */
  writes: number;
  /** How many snapshots are open. */
  snapshots: number;
}

/** `beforeWrite` may wait, throw, or hand other changes to the engine. */
export function observe(
  driver: Driver,
  beforeWrite: (changes: Changes) => MaybePromise<Changes> = (changes) => changes,
): Observed {
  const observed: Observed = {
    storage: defineStorage({
      name: `observed ${driver.name}`,
      facts: driver.facts,
      open: (path, options) =>
        chain(driver.open(path, options), (engine) => observeEngine(engine, observed, beforeWrite)),
    }),
    pages: [],
    writes: 0,
    snapshots: 0,
  };
  return observed;
}

function observeEngine(
  engine: Engine,
  observed: Observed,
  beforeWrite: (changes: Changes) => MaybePromise<Changes>,
): Engine {
  const inner = new WeakMap<Snapshot, Snapshot>();
  return {
    snapshot: (durability) =>
      chain(engine.snapshot(durability), (pinned) => {
        const snapshot = observeSnapshot(pinned, observed);
        inner.set(snapshot, pinned);
        return snapshot;
      }),
    async write(changes, { base, durability }) {
      observed.writes++;
      const pinned = base === undefined ? undefined : inner.get(base);
      await engine.write(await beforeWrite(changes), { base: pinned, durability });
    },
    close: () => engine.close(),
  };
}

function observeSnapshot(snapshot: Snapshot, observed: Observed): Snapshot {
  observed.snapshots++;
  const note = <T>(range: PageRange, page: Page<T>, sizeOf: (item: T) => number): Page<T> => {
    const bytes = page.items.reduce((sum, item) => sum + sizeOf(item), 0);
    observed.pages.push({ range: { ...range }, items: page.items.length, bytes });
    return page;
  };
  return {
    containers: () => snapshot.containers(),
    has: (container) => snapshot.has(container),
    get: (container, key, as) => snapshot.get(container, key, as),
    getMany: (container, keys, as) => snapshot.getMany(container, keys, as),
    page: (container, range, as) =>
      chain(snapshot.page(container, range, as), (page) =>
        note(range, page, ([, value]: readonly [string, Value]) => value.length),
      ),
    keys: (container, range) =>
      chain(snapshot.keys(container, range), (page) => note(range, page, () => 0)),
    count: (container) => snapshot.count(container),
    close() {
      observed.snapshots--;
      return snapshot.close();
    },
  };
}
