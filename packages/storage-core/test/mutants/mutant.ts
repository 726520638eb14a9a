/** How mutants are made: the memory driver, with one thing done wrong, below the core or above it. */
import type { Storage } from "@caterpillar/storage-core";
import { defineStorage, type Engine, type StorageOpener } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";

/** A driver with one bug, and the check that must find it. */
export interface Mutant {
  readonly name: string;
  readonly killedBy: string;
  readonly storage: StorageOpener;
  /** A module that exports it, where it is to be broken in threads and processes as well. They get the intact memory driver otherwise. */
  readonly module?: URL;
}

/** A driver with a bug in its engine: what `change` answers replaces the engine's own methods. */
export function inEngine(
  name: string,
  killedBy: string,
  change: (engine: Engine) => Partial<Engine>,
): Mutant {
  const { driver } = MemoryStorage;
  const storage = defineStorage({
    ...driver,
    name: `memory, where ${name}`,
    open: async (path, options) => {
      const engine = await driver.open(path, options);
      return replace(engine, change(engine));
    },
  });
  return { name, killedBy, storage };
}

/** A bug above the engine, in what the core does: what `change` answers replaces the storage's own methods. */
export function inStorage(
  name: string,
  killedBy: string,
  change: (storage: Storage) => Partial<Record<keyof Storage, unknown>>,
): Mutant {
  const storage: StorageOpener = {
    driver: MemoryStorage.driver,
    open: async (path, options) => {
      const opened = await MemoryStorage.open(path, options);
      return replace(opened, change(opened) as Partial<Storage>);
    },
  };
  return { name, killedBy, storage };
}

/** The object, with some of its members replaced. All others are called on the object itself, which has private fields. */
export function replace<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return members[name as keyof T];
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      // Not bound: `await using` does not take a bound function.
      return (...args: unknown[]) => member.apply(target, args);
    },
  });
}
