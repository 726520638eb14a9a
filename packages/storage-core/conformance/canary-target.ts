/** The target module of a canary: the memory driver, with the bug that stands behind the question mark of the module's URL. */
import { defineStorage, type Engine, type Snapshot, type StorageOpener } from "../src/driver.ts";
import { MemoryStorage } from "../src/memory.ts";

/** What the engine becomes, by bug. */
const BUGS: Readonly<Record<string, (engine: Engine) => Partial<Engine>>> = {
  "nothing is wrong": () => ({}),

  "conflicts are swallowed": (engine) => ({
    write: (changes, { durability }) => engine.write(changes, { base: undefined, durability }),
  }),

  "snapshots move on with every commit": (engine) => {
    const pinned = new WeakMap<Snapshot, Snapshot>();
    return {
      snapshot: async (durability) => {
        const snapshot = await engine.snapshot(durability);
        const moving = movingOn(snapshot, () => engine.snapshot(durability));
        pinned.set(moving, snapshot);
        return moving;
      },
      write: (changes, { base, durability }) =>
        engine.write(changes, { base: base && pinned.get(base), durability }),
    };
  },

  "deletes are forgotten": (engine) => ({
    write: (changes, options) =>
      engine.write(
        changes.map((each) => {
          const entries = Array.from(each.entries, ([key, value]) => [key, value] as const);
          const set = entries.filter(([, value]) => value !== null);
          return { ...each, entries: set, size: set.length };
        }),
        options,
      ),
  }),
};

/** A snapshot that answers what a new one would. */
function movingOn(pinned: Snapshot, take: () => ReturnType<Engine["snapshot"]>): Snapshot {
  const newest = async <T>(read: (snapshot: Snapshot) => T): Promise<Awaited<T>> => {
    const snapshot = await take();
    const answer = await read(snapshot);
    await snapshot.close();
    return answer;
  };
  return {
    containers: () => newest((snapshot) => snapshot.containers()),
    has: (...args) => newest((snapshot) => snapshot.has(...args)),
    get: (...args) => newest((snapshot) => snapshot.get(...args)),
    getMany: (...args) => newest((snapshot) => snapshot.getMany(...args)),
    page: (...args) => newest((snapshot) => snapshot.page(...args)),
    keys: (...args) => newest((snapshot) => snapshot.keys(...args)),
    count: (...args) => newest((snapshot) => snapshot.count(...args)),
    close: () => pinned.close(),
  };
}

const bug = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const change = BUGS[bug];
if (change === undefined) throw new TypeError(`there is no bug "${bug}"`);
const { driver } = MemoryStorage;

export const storage: StorageOpener = defineStorage({
  ...driver,
  name: `memory, where ${bug}`,
  open: async (path, options) => {
    const engine = await driver.open(path, options);
    const intact: Engine = {
      snapshot: (durability) => engine.snapshot(durability),
      write: (changes, writeOptions) => engine.write(changes, writeOptions),
      close: () => engine.close(),
    };
    return { ...intact, ...change(engine) };
  },
});
