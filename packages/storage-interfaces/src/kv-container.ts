/** What stands between the methods of a KVStore and the core: one namespace's container, read, written and walked over. */
import {
  type Container,
  ContainerNotFoundError,
  type Storage,
  type Transaction,
} from "@caterpillar/storage-core";
import { describe, Operations } from "@caterpillar/storage-core/interface";
import { addIfMissing, Interface, type InterfaceDefinition, OWNER } from "./interface.ts";
import { KVNamespace } from "./kv-namespace.ts";
import { type KVRecord, kvRecord } from "./kv-record.ts";

const DEFINITION: InterfaceDefinition = {
  name: "kv",
  owner: OWNER,
  version: 1,
  containers: [undefined],
};

/** The entries of one namespace. */
export type KVEntries = Container<KVRecord>;

/**
 * The base class brings up `bh_kv`. The container of a namespace is made here, by its first write, and where it is missing there is nothing to read
 * or to delete: so whoever only asks for a namespace leaves no trace.
 */
export abstract class KVContainer extends Interface {
  /** The storage or the transaction that this is a view of. */
  protected readonly place: Storage | Transaction;
  protected readonly at: KVNamespace;

  constructor(place: Storage | Transaction, at: KVNamespace = new KVNamespace()) {
    super(place, DEFINITION);
    if (!(place instanceof Operations)) {
      throw new TypeError(
        `a KVStore is a view of an open storage or of a transaction, not of ${describe(place)}`,
      );
    }
    this.place = place;
    this.at = at;
  }

  /** Runs what only reads; `missing` is the answer where nothing was ever written. */
  protected look<T>(missing: T, action: (entries: KVEntries) => Promise<T>): Promise<T> {
    return this.runRead(missing, (on) => action(this.#entries(on)));
  }

  /** Runs what only deletes. Where nothing was ever written there is nothing to delete. */
  protected remove(action: (entries: KVEntries) => Promise<unknown>): Promise<void> {
    return this.runWrite(async (on) => {
      try {
        await action(this.#entries(on));
      } catch (error) {
        if (!(error instanceof ContainerNotFoundError)) throw error;
      }
    });
  }

  /** Runs one write. Where the container is missing it is made, and the write runs again. */
  protected write<T>(action: (entries: KVEntries) => Promise<T>): Promise<T> {
    return this.runWrite(async (on) => {
      try {
        return await action(this.#entries(on));
      } catch (error) {
        if (!(error instanceof ContainerNotFoundError)) throw error;
        // Where all is missing, it is for the base class to begin; it comes back here.
        if (!(await on.hasContainer(this.containerName()))) throw error;
      }
      await addIfMissing(on, this.#container);
      return await action(this.#entries(on));
    });
  }

  /** Walks over entries or keys. What `open` throws is thrown at once; nothing is pinned before the first `next()`. */
  protected walk<T, U>(
    open: (entries: KVEntries) => AsyncIterableIterator<T>,
    map: (item: T) => U,
  ): AsyncIterableIterator<U, undefined, undefined> {
    return this.#walkOver(open(this.#entries(this.place)), map);
  }

  async *#walkOver<T, U>(
    items: AsyncIterableIterator<T>,
    map: (item: T) => U,
  ): AsyncGenerator<U, undefined, undefined> {
    // The owner and the version are checked here as well.
    const first = await this.runRead(undefined, () => items.next());
    if (first === undefined || first.done) return;
    try {
      yield map(first.value);
      for await (const item of items) yield map(item);
    } finally {
      await items.return?.();
    }
  }

  get #container(): string {
    return this.containerName(this.at.suffix);
  }

  #entries(on: Operations): KVEntries {
    return on.container(this.#container, { encoding: kvRecord });
  }
}
