/** Bugs in one half of an engine: in what its snapshots answer, or in what it makes of a write. */
import type {
  ContainerChanges,
  Engine,
  Snapshot,
  Value,
  WriteOptions,
} from "@caterpillar/storage-core/driver";
import { inEngine, type Mutant, replace } from "./mutant.ts";

/** What `change` answers replaces methods of each snapshot. */
export function inSnapshot(
  name: string,
  killedBy: string,
  change: (snapshot: Snapshot, engine: Engine) => Partial<Snapshot>,
): Mutant {
  return inEngine(name, killedBy, (engine) => ({
    snapshot(durability) {
      // The memory driver answers at once.
      const snapshot = engine.snapshot(durability) as Snapshot;
      return replace(snapshot, change(snapshot, engine));
    },
  }));
}

/** The engine writes what `change` makes of each container's changes; `undefined` for nothing. */
export function inWrite(
  name: string,
  killedBy: string,
  change: (
    changes: ContainerChanges,
    engine: Engine,
    options: WriteOptions,
  ) => ContainerChanges | undefined,
): Mutant {
  return inEngine(name, killedBy, (engine) => ({
    write(all, options) {
      const written = all.map((changes) => change(changes, engine, options));
      return engine.write(
        written.filter((changes) => changes !== undefined),
        options,
      );
    },
  }));
}

export type WrittenEntry = readonly [key: string, value: Value | null];

/** Like {@link inWrite}, for the entries alone. */
export function inEntries(
  name: string,
  killedBy: string,
  change: (entries: readonly WrittenEntry[], container: string, engine: Engine) => WrittenEntry[],
): Mutant {
  return inWrite(name, killedBy, (changes, engine) => {
    // The pairs may be reused by the iterator.
    const given = Array.from(changes.entries, ([key, value]): WrittenEntry => [key, value]);
    const entries = change(given, changes.container, engine);
    return { ...changes, entries, size: entries.length };
  });
}

/** Like {@link inEntries}, where each text that is written as a value becomes another. */
export function inValues(name: string, killedBy: string, change: (value: Value) => Value): Mutant {
  return inEntries(name, killedBy, (entries) =>
    entries.map(([key, value]) => [key, value === null ? null : change(value)]),
  );
}

/** Where values come out of a snapshot, each is changed. */
export function inAnswers(
  name: string,
  killedBy: string,
  change: (value: Value, as: "text" | "bytes" | "presence") => Value | undefined,
): Mutant {
  return inSnapshot(name, killedBy, (snapshot) => ({
    async get(container, key, as) {
      const value = await snapshot.get(container, key, as);
      return value === undefined ? undefined : change(value, as);
    },
    async getMany(container, keys, as) {
      const values = await snapshot.getMany(container, keys, as);
      return values.map((value) => (value === undefined ? undefined : change(value, as)));
    },
    async page(container, range, as) {
      const { items, more } = await snapshot.page(container, range, as);
      return { items: items.map(([key, value]) => [key, change(value, as) ?? ""]), more };
    },
  }));
}
