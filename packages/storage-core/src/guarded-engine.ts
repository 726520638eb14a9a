/**
 * An engine whose failures all have a code: whatever a driver throws beyond the contract's errors is wrapped here, once. And one that
 * commits nothing to a file that has lost its name: nobody would find it again.
 */
import type {
  As,
  Changes,
  Durability,
  Engine,
  Entry,
  Form,
  Page,
  PageRange,
  Snapshot,
  Value,
  WriteOptions,
} from "./driver.ts";
import { StorageError } from "./errors.ts";
import { chain, ignore, isPromise, type MaybePromise } from "./maybe-promise.ts";

export class GuardedEngine implements Engine {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #checkPlace: () => void;

  /** `name` says which engine, in messages. `checkPlace` throws where what is at its path is not what was opened any more. */
  constructor(engine: Engine, name: string, checkPlace: () => void) {
    this.#engine = engine;
    this.#name = name;
    this.#checkPlace = checkPlace;
  }

  snapshot(durability: Durability): MaybePromise<Snapshot> {
    const pinned = guard(this.#name, "taking a snapshot", () => this.#engine.snapshot(durability));
    return chain(pinned, (snapshot) => new GuardedSnapshot(snapshot, this.#name));
  }

  get(container: string, key: string, as: As): Value | undefined | null {
    try {
      return this.#engine.get === undefined ? null : this.#engine.get(container, key, as);
    } catch (error) {
      throw wrapped(error, this.#name, "reading");
    }
  }

  write(changes: Changes, { base, durability }: WriteOptions): MaybePromise<void> {
    const inner = base instanceof GuardedSnapshot ? base.inner : base;
    return guard(this.#name, "committing", () => {
      this.#checkPlace();
      return this.#engine.write(changes, { base: inner, durability });
    });
  }

  close(): MaybePromise<void> {
    return guard(this.#name, "closing", () => this.#engine.close());
  }
}

class GuardedSnapshot implements Snapshot {
  readonly inner: Snapshot;
  readonly #name: string;

  constructor(inner: Snapshot, name: string) {
    this.inner = inner;
    this.#name = name;
  }

  containers(): MaybePromise<readonly string[]> {
    return this.#read(() => this.inner.containers());
  }

  has(container: string): MaybePromise<boolean> {
    return this.#read(() => this.inner.has(container));
  }

  get(container: string, key: string, as: As): MaybePromise<Value | undefined> {
    return this.#read(() => this.inner.get(container, key, as));
  }

  getMany(
    container: string,
    keys: readonly string[],
    as: As,
  ): MaybePromise<readonly (Value | undefined)[]> {
    return this.#read(() => this.inner.getMany(container, keys, as));
  }

  page(container: string, range: PageRange, as: Form): MaybePromise<Page<Entry>> {
    return this.#read(() => this.inner.page(container, range, as));
  }

  keys(container: string, range: PageRange): MaybePromise<Page<string>> {
    return this.#read(() => this.inner.keys(container, range));
  }

  count(container: string): MaybePromise<number> {
    return this.#read(() => this.inner.count(container));
  }

  close(): MaybePromise<void> {
    // Nothing is lost by a snapshot that cannot be closed: a commit that was made stays made, and what was read was read.
    try {
      const closed = this.inner.close();
      if (isPromise(closed)) return closed.catch(ignore);
    } catch {
      // The engine tells what is wrong with it at the next call.
    }
  }

  #read<T>(action: () => MaybePromise<T>): MaybePromise<T> {
    return guard(this.#name, "reading", action);
  }
}

function guard<T>(name: string, doing: string, action: () => MaybePromise<T>): MaybePromise<T> {
  try {
    const result = action();
    if (!isPromise(result)) return result;
    return result.catch((error: unknown) => {
      throw wrapped(error, name, doing);
    });
  } catch (error) {
    throw wrapped(error, name, doing);
  }
}

/**
 * The error itself where it has a code of ours; what the engine threw becomes the cause. Its words stay there: nobody knows whether they
 * carry a stored value.
 */
export function wrapped(error: unknown, name: string, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError("ENGINE", `${name} failed while ${doing}; the cause says why`, {
    cause: error,
  });
}
