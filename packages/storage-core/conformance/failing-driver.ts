/** A driver whose engine fails where it is told to: what it throws there is no error of the contract. */
import {
  type Driver,
  defineStorage,
  type Engine,
  type Snapshot,
  type StorageOpener,
} from "../src/driver.ts";
import { chain, type MaybePromise } from "../src/maybe-promise.ts";

/** Where it may fail. */
export type FaultyMethod = "open" | keyof Engine | keyof Snapshot;

interface Fault {
  readonly method: FaultyMethod;
  readonly thrown: unknown;
  /** Whether it answers a promise that rejects, rather than throwing. */
  readonly later: boolean;
}

export interface FailingDriver {
  /** Opens storages on the driver, for the check to close. It shares no engine with the driver itself. */
  readonly storage: StorageOpener;
  /** What fails now; `undefined` where nothing does. */
  fault: Fault | undefined;
}

export function failingDriver(driver: Driver): FailingDriver {
  const failing: FailingDriver = {
    storage: defineStorage({
      name: `failing ${driver.name}`,
      facts: driver.facts,
      open: (path, options) =>
        fail(failing, "open", () =>
          chain(driver.open(path, options), (engine) => failingEngine(engine, failing)),
        ),
    }),
    fault: undefined,
  };
  return failing;
}

function failingEngine(engine: Engine, failing: FailingDriver): Engine {
  const inner = new WeakMap<Snapshot, Snapshot>();
  return {
    snapshot: (durability) =>
      fail(failing, "snapshot", () =>
        chain(engine.snapshot(durability), (pinned) => {
          const snapshot = failingSnapshot(pinned, failing);
          inner.set(snapshot, pinned);
          return snapshot;
        }),
      ),
    // Where something is to fail, it is reached: the short way leaves most out, and answers at once.
    get(...args) {
      const { fault } = failing;
      if (fault?.method === "get" && !fault.later) throw fault.thrown;
      return fault !== undefined || engine.get === undefined ? null : engine.get(...args);
    },
    write: (changes, { base, durability }) =>
      fail(failing, "write", () =>
        engine.write(changes, { base: base && inner.get(base), durability }),
      ),
    // Lets go all the same: the check has no other way to.
    close: () => chain(engine.close(), () => fail(failing, "close", () => {})),
  };
}

function failingSnapshot(snapshot: Snapshot, failing: FailingDriver): Snapshot {
  return {
    containers: () => fail(failing, "containers", () => snapshot.containers()),
    has: (...args) => fail(failing, "has", () => snapshot.has(...args)),
    get: (...args) => fail(failing, "get", () => snapshot.get(...args)),
    getMany: (...args) => fail(failing, "getMany", () => snapshot.getMany(...args)),
    page: (...args) => fail(failing, "page", () => snapshot.page(...args)),
    keys: (...args) => fail(failing, "keys", () => snapshot.keys(...args)),
    count: (...args) => fail(failing, "count", () => snapshot.count(...args)),
    close: () => snapshot.close(),
  };
}

function fail<T>(
  { fault }: FailingDriver,
  method: FaultyMethod,
  otherwise: () => MaybePromise<T>,
): MaybePromise<T> {
  if (fault?.method !== method) return otherwise();
  if (fault.later) return Promise.reject(fault.thrown);
  throw fault.thrown;
}
