/** Drivers that do wrong only now and then, and whose facts say what is not so: only random histories of many find those. */
import { setTimeout as delay } from "node:timers/promises";
import type { DriverFacts, Snapshot } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { atConflict, entriesOf, inRule, newestOf, sameKey } from "./conflict-rules.ts";
import { inSnapshot } from "./engine-parts.ts";
import { inEngine, inStorage, type Mutant, replace } from "./mutant.ts";

/** True at each call that is the last of so many. */
function everyOf(times: number): () => boolean {
  let calls = 0;
  return () => ++calls % times === 0;
}

const seldom: readonly Mutant[] = [
  inSnapshot(
    "one read of ten is of what is committed now",
    "HIST-01",
    (() => {
      const now = everyOf(10);
      return (snapshot, engine) => ({
        get: (...args) => (now() ? newestOf(engine) : snapshot).get(...args),
      });
    })(),
  ),
  inEngine("one snapshot of twenty is as old as that", "HIST-01", (engine) => {
    const old = everyOf(20);
    let kept: Snapshot | undefined;
    return {
      snapshot: () => {
        if (!old()) return newestOf(engine);
        const given = kept ?? newestOf(engine);
        kept = replace(newestOf(engine), { close: () => {} });
        return given;
      },
    };
  }),
  inEngine("one commit of ten is acknowledged before it is made", "HIST-01", (engine) => {
    const early = everyOf(10);
    return {
      write: async (changes, options) => {
        if (options.base === undefined || !early()) return await engine.write(changes, options);
        void delay(5)
          .then(async () => engine.write(changes, options))
          .catch(() => {});
      },
    };
  }),
  inRule("conflicts are of keys, for those who read much", "HIST-01", sameKey),
  atConflict(
    "one conflict of five is written all the same",
    "HIST-01",
    (() => {
      const swallowed = everyOf(5);
      return async (error, engine, changes, options) => {
        if (!swallowed()) throw error;
        await engine.write(changes, { ...options, base: undefined });
      };
    })(),
  ),
  atConflict(
    "one conflict of five is swallowed",
    "HIST-01",
    (() => {
      const swallowed = everyOf(5);
      return (error) => {
        if (!swallowed()) throw error;
      };
    })(),
  ),
  inStorage("one rollback of three is a commit", "HIST-01", (storage) => {
    const commits = everyOf(3);
    return {
      rollback: () => (commits() ? storage.commit().catch(() => {}) : storage.rollback()),
    };
  }),
  inEngine("one commit of ten leaves out a container", "HIST-01", (engine) => {
    const torn = everyOf(10);
    return {
      write: (changes, options) =>
        engine.write(changes.length > 1 && torn() ? changes.slice(1) : changes, options),
    };
  }),
];

const sums: readonly Mutant[] = [
  inSnapshot(
    "one page of ten is read as it is now",
    "HIST-05",
    (() => {
      const now = everyOf(10);
      return (snapshot, engine) => ({
        page: (...args) => (now() ? newestOf(engine) : snapshot).page(...args),
      });
    })(),
  ),
  inEngine("one commit of ten is made in two steps", "HIST-05", (engine) => {
    const inSteps = everyOf(10);
    return {
      write: async (changes, options) => {
        if (options.base === undefined || !inSteps()) return await engine.write(changes, options);
        const cut = (from: number, to: number) =>
          changes.map((change) => {
            const entries = entriesOf(change).slice(from, to);
            return { ...change, entries, size: entries.length };
          });
        await engine.write(cut(0, 1), options);
        await delay(1);
        await engine.write(cut(1, Number.POSITIVE_INFINITY), { ...options, base: undefined });
      },
    };
  }),
  atConflict(
    "one transfer of five that conflict is swallowed",
    "HIST-05",
    (() => {
      const swallowed = everyOf(5);
      return (error) => {
        if (!swallowed()) throw error;
      };
    })(),
  ),
  inStorage("an iteration sees half of the own transfer", "HIST-05", (storage) => {
    let half: number | undefined;
    return {
      begin: async () => {
        half = undefined;
        return await storage.begin();
      },
      setContainerItem: async (container: string, key: string, value: number) => {
        half ??= Number(await storage.getContainerItem(container, key)) - value;
        await storage.setContainerItem(container, key, value);
      },
      container: (name: string) => {
        const container = storage.container(name);
        return replace(container, { entries: () => secondLess(container.entries(), half ?? 0) });
      },
    };
  }),
];

/** The entries, with something taken from the second. */
async function* secondLess(
  entries: AsyncIterable<[string, string]>,
  less: number,
): AsyncGenerator<[string, string], undefined> {
  let count = 0;
  for await (const [key, value] of entries) {
    yield [key, ++count === 2 ? String(Number(value) - less) : value];
  }
}

const untrue: readonly Mutant[] = [
  factually("threads are said to share it", "HIST-02", { threads: "shared" }),
  factually("threads are said to be locked out", "HIST-02", { threads: "locked" }),
  factually("processes are said to share it", "HIST-03", { processes: "shared" }),
  factually("processes are said to be locked out", "HIST-03", { processes: "locked" }),
  factually("what is killed is said to have shared it", "HIST-04", { processes: "shared" }),
];

/** A driver whose facts are others than what it does: every thread and process has a memory of its own. */
function factually(name: string, killedBy: string, facts: Partial<DriverFacts>): Mutant {
  const { driver } = MemoryStorage;
  const storage = {
    ...MemoryStorage,
    driver: { ...driver, facts: { ...driver.facts, ...facts } },
  };
  return { name, killedBy, storage };
}

export const historyMutants: readonly Mutant[] = [...seldom, ...sums, ...untrue];
