/** The methods that a storage and a transaction have alike. */
import type { Access } from "./access.ts";
import { Container } from "./container.ts";
import { type Encoding, utf8 } from "./encodings.ts";
import type { Items, Keys } from "./items.ts";
import { type Key, toName } from "./keys.ts";
import type { Range } from "./range.ts";
import { checkReserved, type Reservation } from "./reserved.ts";
import type { ValueInput } from "./values.ts";

/**
 * Containers and their items. On a transaction, every call is part of it. On a storage, calls are part of the transaction that
 * `begin()` has begun, and each is atomic by itself where there is none.
 *
 * Any number of calls may be in flight; they take effect in the order in which they were made. The errors are those named at
 * {@link Container}. A method that answers a promise rejects with them. Those that answer an iterator or a container throw at once
 * where a name or a range is wrong; all else the iterator's first `next()` tells.
 */
export abstract class Operations {
  /** @internal What the next call goes to; throws where no call may be made. */
  protected abstract access(): Access;

  /** @internal What may be written to beside what everybody may. */
  protected get reservation(): Reservation | undefined {
    return undefined;
  }

  /** @internal */
  protected static accessOf(operations: Operations): Access {
    return operations.access();
  }

  /**
   * The short form for one container: `get`, `set`, `entries` and so on, in an encoding (`utf8` if none is given).
   * Need not exist yet. Throws a `TypeError` or a `StorageLimitError` if the name cannot be one.
   */
  container(id: string): Container<ValueInput, string>;
  container<Input, Output>(
    id: string,
    options: { readonly encoding: Encoding<Input, Output> },
  ): Container<Input, Output>;
  container(
    id: string,
    { encoding = utf8 as Encoding<never, unknown> }: { encoding?: Encoding<never, unknown> } = {},
  ): Container<never, unknown> {
    return this.#container(toName(id), encoding);
  }

  /** Creates a container. `DuplicateContainerError` if there is one of the name. */
  async addContainer(id: string): Promise<void> {
    await this.access().write({ kind: "add", container: this.#own(id) });
  }

  /** Deletes a container with all its items. `ContainerNotFoundError` if there is none of the name. */
  async deleteContainer(id: string): Promise<void> {
    await this.access().write({ kind: "delete", container: this.#own(id) });
  }

  /** Deletes all items of a container. The container stays. */
  async clearContainer(id: string): Promise<void> {
    await this.#container(id, utf8).clear();
  }

  /** Deletes all containers. */
  async clear(): Promise<void> {
    await this.access().write({ kind: "clearAll" });
  }

  /** Whether there is a container of the name. */
  async hasContainer(id: string): Promise<boolean> {
    const container = toName(id);
    return await this.access().read({ container }, undefined, (view) => view.has(container));
  }

  /** The names of all containers, in order. */
  async listContainers(): Promise<string[]> {
    return await this.access().read("containers", undefined, (view) => view.containers());
  }

  /** The value of a key, or `undefined` where it is missing; as text unless another encoding is given. */
  getContainerItem(id: string, key: Key): Promise<string | undefined>;
  getContainerItem<Output>(
    id: string,
    key: Key,
    encoding: Encoding<never, Output>,
  ): Promise<Output | undefined>;
  getContainerItem(
    id: string,
    key: Key,
    encoding: Encoding<never, unknown> = utf8,
  ): Promise<unknown> {
    return this.#container(id, encoding).get(key);
  }

  /** A pair for every key asked for, in the order asked, duplicates included; the value is `undefined` where the key is missing. */
  getContainerItems(id: string, keys: Keys): Promise<[key: string, value: string | undefined][]>;
  getContainerItems<Output>(
    id: string,
    keys: Keys,
    encoding: Encoding<never, Output>,
  ): Promise<[key: string, value: Output | undefined][]>;
  getContainerItems(
    id: string,
    keys: Keys,
    encoding: Encoding<never, unknown> = utf8,
  ): Promise<[key: string, value: unknown][]> {
    return this.#container(id, encoding).getMany(keys);
  }

  /** The keys of a range of a container, in order; of all of it, if no range is given. See {@link Container.entries}. */
  getContainerKeys(id: string, range?: Range): AsyncIterableIterator<string, undefined, undefined> {
    return this.#container(id, utf8).keys(range);
  }

  /** How many items a container has, exactly. */
  getContainerLen(id: string): Promise<number> {
    return this.#container(id, utf8).count();
  }

  /** Whether a container has the key. Reads no value. */
  hasContainerItem(id: string, key: Key): Promise<boolean> {
    return this.#container(id, utf8).has(key);
  }

  /** Sets one item, in place of the one that is there. */
  setContainerItem(id: string, key: Key, value: ValueInput): Promise<void> {
    return this.#container(id, utf8).set(key, value);
  }

  /** Sets many items in one atomic step. See {@link Container.setMany}. */
  setContainerItems(id: string, items: Items<ValueInput>): Promise<void> {
    return this.#container(id, utf8).setMany(items);
  }

  /** Deletes one item. A missing one is no error. */
  deleteContainerItem(id: string, key: Key): Promise<void> {
    return this.#container(id, utf8).delete(key);
  }

  /** Deletes many items in one atomic step. Missing ones are no error. */
  deleteContainerItems(id: string, keys: Keys): Promise<void> {
    return this.#container(id, utf8).deleteMany(keys);
  }

  #container<Input, Output>(
    id: string,
    encoding: Encoding<Input, Output>,
  ): Container<Input, Output> {
    return new Container(this.#access, id, encoding, this.reservation);
  }

  /** The name, where the container may be created and deleted. */
  #own(id: string): string {
    const container = toName(id);
    checkReserved(container, this.reservation);
    return container;
  }

  readonly #access = (): Access => this.access();
}
