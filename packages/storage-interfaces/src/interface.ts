/**
 * The base of all typed views over a storage.
 *
 * An interface owns containers, whose names begin with `bh_` and its own name, and knows what their items mean. It has no state but where it
 * looks, so any number of objects may be made for one storage, in any number of processes. Its containers are brought up by the first write that
 * needs them: whether they are there already, were removed, or somebody else brings them up at the same time, makes no difference. A read
 * takes a container that is missing for an empty one, so that it never has to write, nor to wait for those who do.
 */
import {
  type Container,
  ContainerNotFoundError,
  DuplicateContainerError,
  json,
  ReservedNameError,
  Storage,
  StorageVersionError,
  type Transaction,
} from "@caterpillar/storage-core";
import {
  type Operations,
  type Reservation,
  reserve,
  withReservation,
} from "@caterpillar/storage-core/interface";
import { sharedCall } from "./shared-call.ts";

/** What an interface says of itself. */
export interface InterfaceDefinition {
  /** Its name, of small letters, digits and hyphens. Its containers are `bh_<name>` and `bh_<name>_…`. */
  readonly name: string;
  /** Whose it is: the name of the package. Nobody else's interface can have the name, in this process or in the same storage. */
  readonly owner: string;
  /** The version of what it stores: 1, and one more with each change that older code cannot read. See {@link Interface.upgrade}. */
  readonly version: number;
  /** Its containers: `undefined` for the first, `bh_<name>`, and suffixes for the others. */
  readonly containers: readonly (string | undefined)[];
  /** Whether it works in transactions of its own also where one was begun on the storage by hand. Default: false, it is part of that one. */
  readonly ownTransactions?: boolean;
}

/** Which interfaces a storage has, by name. */
const INTERFACES: Reservation = reserve("interfaces", "@caterpillar/storage-interfaces");

interface Registered {
  readonly owner: string;
  readonly version: number;
}

const registered = json<Registered>();

/** What the storage's interface of the name is: of an older version; of this one, or not there. */
type Seen = "older" | "current";

/** Somebody else may clear the storage between two steps, but hardly so often. */
const TRIES = 3;

export abstract class Interface {
  readonly #place: Storage | Transaction;
  readonly #on: Operations;
  readonly #registry: Operations;
  readonly #definition: InterfaceDefinition;
  readonly #reservation: Reservation;
  /** Whether the storage's interface of the name was seen to be this one, in this version, or not to be there yet. */
  #known = false;
  readonly #see = sharedCall(() => this.#look());
  readonly #bringUp = sharedCall(() => this.#together((on) => this.#makeAll(on)));

  /**
   * A view of an open storage, or within a transaction. Touches nothing. `ReservedNameError` where another owner's interface has the name in
   * this process, `TypeError` where the definition makes no sense.
   */
  protected constructor(on: Storage | Transaction, definition: InterfaceDefinition) {
    if (!Number.isInteger(definition.version) || definition.version < 1) {
      throw new TypeError("the version of an interface is a whole number, 1 or more");
    }
    this.#definition = definition;
    this.#place = on;
    this.#reservation = reserve(definition.name, definition.owner);
    this.#on = withReservation(on, this.#reservation);
    this.#registry = withReservation(on, INTERFACES);
  }

  /** The name of one of its containers. */
  protected containerName(suffix?: string): string {
    return this.#reservation.container(suffix);
  }

  /** The methods of a transaction of the storage, which may write to the containers here. For what takes several steps in `runWrite`. */
  protected within(tx: Transaction): Operations {
    return withReservation(tx, this.#reservation);
  }

  /**
   * Runs what writes, with the methods of the storage or the transaction, which may write to the containers here. Where one of them turns out to
   * be missing, all are brought up, and it runs again; so nothing may have been written before by it.
   *
   * The first call of an object looks whose the interface is, and takes its place in the order of calls when it has seen that; all others
   * take theirs at once. Rejects with `StorageVersionError` where what is stored is of a newer version, with `ReservedNameError` where it is
   * another owner's, and with `StorageReadonlyError` where containers are missing and may not be made.
   */
  protected runWrite<T>(action: (on: Operations) => Promise<T>): Promise<T> {
    if (this.#known) return this.#try(action);
    return this.#see().then(async (seen) => {
      if (seen === "older") await this.#bringUp();
      return await this.#try(action);
    });
  }

  /** Runs what only reads, and writes nothing. Where containers are missing, the answer is `missing`. */
  protected runRead<T>(missing: T, action: (on: Operations) => Promise<T>): Promise<T> {
    const answer = this.#known ? action(this.#on) : this.#see().then(() => action(this.#on));
    return answer.catch((error: unknown) => {
      if (error instanceof ContainerNotFoundError) return missing;
      throw error;
    });
  }

  /**
   * Brings what an older version has stored up to this one's; for interfaces to override. Called before the first write of this version,
   * in the same atomic step in which the storage takes the number of this version, and again where somebody else was quicker. Until then reads
   * find what the older version has stored, and so they do wherever nothing may be written. Where it is not overridden, all stays as it is.
   *
   * From then on code of an older version is refused when it first looks. What has looked before is not stopped: upgrade while nobody
   * has the storage open with older code.
   */
  protected async upgrade(_on: Operations, _from: number): Promise<void> {}

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

  /** What is there must be of this owner, and of no newer version. */
  async #look(): Promise<Seen> {
    const { name, version } = this.#definition;
    try {
      const found = await this.#registered(this.#registry).get(name);
      if (found !== undefined) this.#check(found);
      if (found !== undefined && found.version < version) return "older";
    } catch (error) {
      if (!(error instanceof ContainerNotFoundError)) throw error;
    }
    // What a begun transaction shows may be rolled back.
    this.#known = !(this.#place instanceof Storage && this.#place.inTransaction);
    return "current";
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

  /** Brings up what is missing and what is older; whoever comes first does it, and it may be done again. */
  async #makeAll(place: Storage | Transaction): Promise<void> {
    const { name, owner, version, containers } = this.#definition;
    const catalogue = withReservation(place, INTERFACES);
    await addIfMissing(catalogue, INTERFACES.container());
    const registry = this.#registered(catalogue);
    const found = await registry.get(name);
    if (found !== undefined) this.#check(found);
    const on = withReservation(place, this.#reservation);
    for (const suffix of containers) await addIfMissing(on, this.containerName(suffix));
    if (found !== undefined && found.version < version) await this.upgrade(on, found.version);
    if (found?.version !== version) await registry.set(name, { owner, version });
  }

  /** In the transaction that this is a view of, or that was begun by hand; in one of its own where there is none. */
  async #together(steps: (on: Storage | Transaction) => Promise<void>): Promise<void> {
    const place = this.#place;
    const { ownTransactions = false } = this.#definition;
    const isAlone = place instanceof Storage && (ownTransactions || !place.inTransaction);
    await (isAlone ? place.transaction(steps) : steps(place));
  }

  #registered(registry: Operations): Container<Registered> {
    return registry.container(INTERFACES.container(), { encoding: registered });
  }
}

async function addIfMissing(on: Operations, container: string): Promise<void> {
  try {
    if (!(await on.hasContainer(container))) await on.addContainer(container);
  } catch (error) {
    // Of a transaction, another view may do the same.
    if (!(error instanceof DuplicateContainerError)) throw error;
  }
}
