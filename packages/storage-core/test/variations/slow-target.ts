/**
 * The memory driver behind promises: every method of its engine answers some turns of the event loop later, each a different number. What
 * the core does with engines that are asynchronous, and with calls that overtake each other, shows only here.
 */
import {
  type Driver,
  defineStorage,
  type Engine,
  nextTurn,
  type Snapshot,
  type StorageOpener,
  type WriteOptions,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";

let calls = 0;

/** Waits for 0, 1 or 2 turns, in an order without a pattern that would hide something. */
async function wait(): Promise<void> {
  calls++;
  for (let turns = (calls * calls) % 3; turns > 0; turns--) await nextTurn();
}

async function slowly<T>(action: () => T | Promise<T>): Promise<T> {
  await wait();
  const result = await action();
  await wait();
  return result;
}

class SlowSnapshot implements Snapshot {
  readonly inner: Snapshot;

  constructor(inner: Snapshot) {
    this.inner = inner;
  }

  containers(): ReturnType<Snapshot["containers"]> {
    return slowly(() => this.inner.containers());
  }
  has(...args: Parameters<Snapshot["has"]>): ReturnType<Snapshot["has"]> {
    return slowly(() => this.inner.has(...args));
  }
  get(...args: Parameters<Snapshot["get"]>): ReturnType<Snapshot["get"]> {
    return slowly(() => this.inner.get(...args));
  }
  getMany(...args: Parameters<Snapshot["getMany"]>): ReturnType<Snapshot["getMany"]> {
    return slowly(() => this.inner.getMany(...args));
  }
  page(...args: Parameters<Snapshot["page"]>): ReturnType<Snapshot["page"]> {
    return slowly(() => this.inner.page(...args));
  }
  keys(...args: Parameters<Snapshot["keys"]>): ReturnType<Snapshot["keys"]> {
    return slowly(() => this.inner.keys(...args));
  }
  count(...args: Parameters<Snapshot["count"]>): ReturnType<Snapshot["count"]> {
    return slowly(() => this.inner.count(...args));
  }
  close(): ReturnType<Snapshot["close"]> {
    return slowly(() => this.inner.close());
  }
}

class SlowEngine implements Engine {
  readonly #inner: Engine;

  constructor(inner: Engine) {
    this.#inner = inner;
  }

  snapshot(...args: Parameters<Engine["snapshot"]>): ReturnType<Engine["snapshot"]> {
    return slowly(async () => new SlowSnapshot(await this.#inner.snapshot(...args)));
  }
  write(
    changes: Parameters<Engine["write"]>[0],
    { base, durability }: WriteOptions,
  ): ReturnType<Engine["write"]> {
    const inner = base === undefined ? undefined : (base as SlowSnapshot).inner;
    return slowly(() => this.#inner.write(changes, { base: inner, durability }));
  }
  close(): ReturnType<Engine["close"]> {
    return slowly(() => this.#inner.close());
  }
}

/** The driver, behind promises. */
export function behindPromises(driver: Driver): Driver {
  return {
    ...driver,
    name: `slow ${driver.name}`,
    open: (path, options) => slowly(async () => new SlowEngine(await driver.open(path, options))),
  };
}

export const storage: StorageOpener = defineStorage(behindPromises(MemoryStorage.driver));
