/**
 * The base of all typed views over a storage.
 *
 * An interface owns containers, whose names begin with `bh_` and its own name, and knows what their items mean. It has no state but where it
 * looks, so any number of objects may be made for one storage, in any number of processes. Its containers are brought up by the first write that
 * needs them: whether they are there already, were removed, or somebody else brings them up at the same time, makes no difference. A read
 * takes a container that is missing for an empty one, so that it never has to write, nor to wait for those who do.
 */
import {
  ContainerNotFoundError,
  DuplicateContainerError,
  json,
  ReservedNameError,
  type Storage,
  StorageVersionError,
  type Transaction,
} from "@caterpillar/storage-core";
import {
  type Operations,
  type Reservation,
  reserve,
  withReservation,
} from "@caterpillar/storage-core/interface";

/** What an interface says of itself. */
export interface InterfaceDefinition {
  /** Its name, of small letters, digits and hyphens. Its containers are `bh_<name>` and `bh_<name>_…`. */
  readonly name: string;
  /** Whose it is: the name of the package. Nobody else's interface can have the name, in this process or in the same storage. */
  readonly owner: string;
  /** The version of what it stores: 1, and one more with each change that older code cannot read. */
  readonly version: number;
  /** Its containers: `undefined` for the first, `bh_<name>`, and suffixes for the others. */
  readonly containers: readonly (string | undefined)[];
}

/** Which interfaces a storage has, by name. */
const INTERFACES: Reservation = reserve("interfaces", "@caterpillar/storage-interfaces");

interface Registered {
  readonly owner: string;
  readonly version: number;
}

const registered = json<Registered>();

/** Somebody else may clear the storage between two steps, but hardly so often. */
const TRIES = 3;

export abstract class Interface {
  readonly #on: Operations;
  readonly #registry: Operations;
  readonly #definition: InterfaceDefinition;
  readonly #reservation: Reservation;
  /** Whether the storage's interface of the name was seen to be this one, or not to be there yet. */
  #known = false;
  #seeing: Promise<void> | undefined;

  /**
   * A view of an open storage, or within a transaction. Touches nothing. `ReservedNameError` where another owner's interface has the name in
   * this process, `TypeError` where the definition makes no sense.
   */
  protected constructor(on: Storage | Transaction, definition: InterfaceDefinition) {
    if (!Number.isInteger(definition.version) || definition.version < 1) {
      throw new TypeError("the version of an interface is a whole number, 1 or more");
    }
    this.#definition = definition;
    this.#reservation = reserve(definition.name, definition.owner);
    this.#on = withReservation(on, this.#reservation);
    this.#registry = withReservation(on, INTERFACES);
  }

  /** The name of one of its containers. */
  protected containerName(suffix?: string): string {
    return this.#reservation.container(suffix);
  }

  /**
   * Runs what writes, with the methods of the storage or the transaction, which may write to the containers here. Where one of them turns out to
   * be missing, all are brought up, and it runs again; so nothing may have been written before by it.
   *
   * The first call of an object looks whose the interface is, and takes its place in the order of calls when it has seen that; all others
   * take theirs at once. Rejects with `StorageVersionError` where what is stored is of a newer version, with `ReservedNameError` where it is
   * another owner's, and with `StorageReadonlyError` where containers are missing and may not be made.
   */
  protected run<T>(action: (on: Operations) => Promise<T>): Promise<T> {
    return this.#known ? this.#try(action) : this.#see().then(() => this.#try(action));
  }

  /** Runs what only reads, and writes nothing. Where containers are missing, the answer is `missing`. */
  protected read<T>(missing: T, action: (on: Operations) => Promise<T>): Promise<T> {
    const answer = this.#known ? action(this.#on) : this.#see().then(() => action(this.#on));
    return answer.catch((error: unknown) => {
      if (error instanceof ContainerNotFoundError) return missing;
      throw error;
    });
  }

  async #try<T>(action: (on: Operations) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await action(this.#on);
      } catch (error) {
        if (!(error instanceof ContainerNotFoundError) || tries === TRIES) throw error;
      }
      await this.#bringUp();
    }
  }

  /** Looks once for all who call meanwhile, so that they go on together; and again where that has failed. */
  #see(): Promise<void> {
    this.#seeing ??= this.#look().finally(() => {
      this.#seeing = undefined;
    });
    return this.#seeing;
  }

  /** What is there must be of this owner, and of no newer version. */
  async #look(): Promise<void> {
    const { name } = this.#definition;
    try {
      const id = INTERFACES.container();
      const found = await this.#registry.getContainerItem(id, name, registered);
      if (found !== undefined) this.#check(found);
    } catch (error) {
      if (!(error instanceof ContainerNotFoundError)) throw error;
    }
    this.#known = true;
  }

  #check(found: Registered): void {
    const { name, owner, version } = this.#definition;
    if (found.owner !== owner) {
      throw new ReservedNameError(
        `the interface ${name} of this storage belongs to ${found.owner}, not to ${owner}; take another name`,
      );
    }
    if (found.version > version) {
      throw new StorageVersionError(
        `the interface ${name} of this storage has version ${found.version}; this ${owner} knows versions up to ${version}: use a newer one`,
      );
    }
  }

  /** Each step is made by whoever comes first, and may be made again. Where there is a container, there is word of whose it is. */
  async #bringUp(): Promise<void> {
    const { name, owner, version, containers } = this.#definition;
    await addIfMissing(this.#registry, INTERFACES.container());
    const registry = this.#registry.container(INTERFACES.container(), { encoding: registered });
    await registry.update(name, (found) => {
      if (found === undefined) return { owner, version };
      this.#check(found);
      return found;
    });
    for (const suffix of containers) await addIfMissing(this.#on, this.containerName(suffix));
  }
}

async function addIfMissing(on: Operations, container: string): Promise<void> {
  if (await on.hasContainer(container)) return;
  try {
    await on.addContainer(container);
  } catch (error) {
    if (!(error instanceof DuplicateContainerError)) throw error;
  }
}
