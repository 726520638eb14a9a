/**
 * Makes an engine of any flat, ordered store. `ordered-layout.ts` says what is in the map. Invariants:
 *
 * 1. Items are written only under a generation that a container has in the same state.
 * 2. To clear or delete a container takes one step, whatever it holds: it gets a new generation or goes, and the old one becomes
 *    garbage, which is collected later.
 * 3. Each commit changes the stamp. So a commit with a base expects the stamp of its base, and nothing else; one without expects that the
 *    containers it touches are still the ones that it saw.
 * 4. Nothing is written before a caller writes: to open a storage and to read it changes nothing.
 */
import { CallOrder } from "./call-order.ts";
import type { As, Changes, Durability, Engine, Snapshot, Value, WriteOptions } from "./driver.ts";
import { StorageFormatError, StorageVersionError } from "./errors.ts";
import { GarbageCollector } from "./garbage-collector.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";
import {
  CONTAINER,
  FORMAT,
  FORMAT_VERSION,
  formatMark,
  ITEM,
  markAt,
  newMark,
  STAMP,
  versionOf,
} from "./ordered-layout.ts";
import { Plan, type PlanReads } from "./ordered-plan.ts";
import { ContainersSnapshot } from "./ordered-snapshot.ts";
import type { OrderedStore } from "./ordered-store.ts";
import { inForm } from "./values.ts";

/**
 * Opens the store as an engine. `path` is for messages. `StorageFormatError`, `StorageVersionError` if what it holds is not a storage that
 * can be read; the store is closed then.
 */
export async function orderedEngine(store: OrderedStore, path: string): Promise<Engine> {
  try {
    await checkFormat(store, path);
  } catch (error) {
    await store.close();
    throw error;
  }
  return new OrderedEngine(store);
}

/** Turns a new, empty store into an empty storage, durably, and closes it. */
export async function formatStore(store: OrderedStore): Promise<void> {
  try {
    await store.write({
      expected: [[FORMAT, undefined]],
      changes: [
        [FORMAT, formatMark(FORMAT_VERSION)],
        [STAMP, newMark()],
      ],
      durability: "power-loss",
    });
  } finally {
    await store.close();
  }
}

async function checkFormat(store: OrderedStore, path: string): Promise<void> {
  const snapshot = await store.snapshot("power-loss");
  try {
    const version = versionOf(await markAt(snapshot, FORMAT));
    if (version === undefined) {
      throw new StorageFormatError(
        `${path} is a database of another program, not a storage; nothing was changed`,
      );
    }
    checkVersion(version, FORMAT_VERSION, path);
  } finally {
    await snapshot.close();
  }
}

/** Throws `StorageVersionError` where the version of a format is newer than the newest that is known. */
export function checkVersion(found: number, newest: number, path: string): void {
  if (found <= newest) return;
  throw new StorageVersionError(
    `${path} has the format version ${found}; this driver knows versions up to ${newest}: use a newer one`,
  );
}

/** So many containers' prefixes are kept, at most. */
const MAX_PREFIXES = 1000;

class OrderedEngine implements Engine {
  readonly #store: OrderedStore;
  /** Commits and steps of collecting, one at a time. */
  readonly #writes = new CallOrder();
  readonly #collector: GarbageCollector;
  /** What stands before the keys of containers, where it cannot have become something else: the store is exclusive, and no commit is under way that changes it. */
  readonly #prefixes = new Map<string, string>();
  #isChanging = false;
  /** Whether what earlier storages have left was looked for. */
  #lookedForGarbage = false;

  constructor(store: OrderedStore) {
    this.#store = store;
    this.#collector = new GarbageCollector(store, this.#writes);
  }

  snapshot(durability: Durability): MaybePromise<Snapshot> {
    return chain(this.#store.snapshot(durability), (inner) => new ContainersSnapshot(inner));
  }

  /**
   * What has the generation that the container had a moment ago is what it had then, or what was written to it since: nothing of it is collected before
   * the thread is let go.
   */
  get(container: string, key: string, as: As): Value | undefined | null {
    const newest = this.#store.newest?.();
    if (newest === undefined) return null;
    const known = this.#prefixes.get(container);
    if (known !== undefined) return newest.get(known + key, as);
    const generation = newest.get(CONTAINER + container, "text");
    if (generation === undefined) return null;
    const prefix = ITEM + inForm(generation, "text");
    if (!this.#isChanging) this.#know(container, prefix);
    return newest.get(prefix + key, as);
  }

  write(changes: Changes, options: WriteOptions): MaybePromise<void> {
    return this.#writes.run(() => this.#write(changes, options));
  }

  async close(): Promise<void> {
    await this.#collector.stop();
    await this.#store.close();
  }

  async #write(changes: Changes, { base, durability }: WriteOptions): Promise<void> {
    const began = performance.now();
    const known = base === undefined ? Plan.knowing(changes, this.#prefixes) : undefined;
    const plan = known ?? (await this.#plan(changes, base, durability));
    if (plan.changesContainers) this.#prefixes.clear();
    this.#isChanging = plan.changesContainers;
    try {
      await this.#store.write({ expected: plan.expected, changes: plan, durability });
    } finally {
      this.#isChanging = false;
    }
    for (const [container, prefix] of plan.prefixes) this.#know(container, prefix);
    if (plan.leavesGarbage || !this.#lookedForGarbage) this.#collector.start();
    this.#lookedForGarbage = true;
    this.#collector.mayTake(performance.now() - began);
  }

  async #plan(changes: Changes, base: Snapshot | undefined, durability: Durability): Promise<Plan> {
    const newest = base === undefined ? this.#store.newest?.() : (base as ContainersSnapshot).inner;
    const own = newest === undefined ? await this.#store.snapshot(durability) : undefined;
    try {
      // What the plan takes for granted is tested at the commit, whatever has been read.
      return await Plan.of(changes, (newest ?? own) as PlanReads, base !== undefined);
    } finally {
      await own?.close();
    }
  }

  /** What stands before the keys of a container, as of the newest commit. */
  #know(container: string, prefix: string): void {
    if (!this.#store.exclusive) return;
    if (this.#prefixes.size >= MAX_PREFIXES) this.#prefixes.clear();
    this.#prefixes.set(container, prefix);
  }
}
