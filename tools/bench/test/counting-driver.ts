/** A driver that counts what the core asks of its engine. */
import {
  type Driver,
  defineStorage,
  type Engine,
  type Snapshot,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";

/** How often each method was called; those that were not are missing. `close` is of snapshots. */
export type Calls = Partial<Record<Exclude<keyof Engine, "close"> | keyof Snapshot, number>>;

export interface CountingDriver {
  readonly storage: StorageOpener;
  /** Answers the calls since it was asked last. */
  take(): Calls;
}

export function countingDriver(driver: Driver): CountingDriver {
  let calls: Calls = {};
  const count = (method: keyof Calls): void => {
    calls[method] = (calls[method] ?? 0) + 1;
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

function countingEngine(engine: Engine, count: (method: keyof Calls) => void): Engine {
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
    write(changes, { base, durability }) {
      count("write");
      return engine.write(changes, { base: base && inner.get(base), durability });
    },
    close: () => engine.close(),
  };
}

function countingSnapshot(snapshot: Snapshot, count: (method: keyof Calls) => void): Snapshot {
  return new Proxy(snapshot, {
    get(_target, name) {
      const member = Reflect.get(snapshot, name) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        count(name as keyof Calls);
        return Reflect.apply(member, snapshot, args);
      };
    },
  });
}
