/** A driver that counts what the core asks of its engine. */
import {
  type Driver,
  defineStorage,
  type Engine,
  type Snapshot,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";

/**
 * How often each method was called; those that were not are missing. `get` and `close` are of snapshots, `newest` is how often an engine has answered
 * without one, `items` are the entries and keys of all pages.
 */
export type Calls = Partial<
  Record<Exclude<keyof Engine, "close"> | keyof Snapshot | "newest" | "items", number>
>;

export interface CountingDriver {
  readonly storage: StorageOpener;
  /** Answers the calls since it was asked last. */
  take(): Calls;
}

type Count = (what: keyof Calls, by?: number) => void;

export function countingDriver(driver: Driver): CountingDriver {
  let calls: Calls = {};
  const count: Count = (what, by = 1) => {
    calls[what] = (calls[what] ?? 0) + by;
  };
  return {
    storage: defineStorage({
      ...driver,
      name: `counting ${driver.name}`,
      open: async (path, options) => countingEngine(await driver.open(path, options), count),
    }),
    take() {
      const taken = calls;
      calls = {};
      return taken;
    },
  };
}

function countingEngine(engine: Engine, count: Count): Engine {
  const inner = new WeakMap<Snapshot, Snapshot>();
  const wrap = (pinned: Snapshot): Snapshot => {
    const snapshot = countingSnapshot(pinned, count);
    inner.set(snapshot, pinned);
    return snapshot;
  };
  return {
    snapshot(durability) {
      count("snapshot");
      const pinned = engine.snapshot(durability);
      return pinned instanceof Promise ? pinned.then(wrap) : wrap(pinned);
    },
    get(...args) {
      const found = engine.get === undefined ? null : engine.get(...args);
      if (found !== null) count("newest");
      return found;
    },
    write(changes, { base, durability }) {
      count("write");
      return engine.write(changes, { base: base && inner.get(base), durability });
    },
    close: () => engine.close(),
  };
}

function countingSnapshot(snapshot: Snapshot, count: Count): Snapshot {
  const items = <T extends { readonly items: readonly unknown[] }>(page: T): T => {
    count("items", page.items.length);
    return page;
  };
  return new Proxy(snapshot, {
    get(_target, name) {
      const member = Reflect.get(snapshot, name) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        count(name as keyof Calls);
        const answer = Reflect.apply(member, snapshot, args);
        if (name !== "page" && name !== "keys") return answer;
        return answer instanceof Promise ? answer.then(items) : items(answer);
      };
    },
  });
}
