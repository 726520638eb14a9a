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
  BoundOperations,
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

/** Whose the interfaces of this package are. */
export const OWNER = "@caterpillar/storage-interfaces";

/** Which interfaces a storage has, by name. */
const INTERFACES: Reservation = reserve("interfaces", OWNER);
// Whoever makes an interface loads this module, and cannot take the names of these before they are used.
for (const name of ["kv", "files"]) reserve(name, OWNER);

interface Registered {
  readonly owner: string;
  readonly version: number;
}

const registered = json<Registered>();

/** What the storage's interface of the name is: of an older version; of this one, or not there. */
type Seen = "older" | "current";

/** Somebody else may clear the storage between two steps, but hardly so often. */
const TRIES = 3;

/** One call of a method, from its beginning to its end. */
interface Call {
  readonly bound: BoundOperations;
  /** The same, which may write to the containers here. */
  readonly on: Operations;
  /** The storage, where it takes transactions of its own. */
  readonly alone: Storage | undefined;
}

export abstract class Interface {
  readonly #place: Storage | Transaction;
  readonly #definition: InterfaceDefinition;
  readonly #reservation: Reservation;
  /** Whether the storage's interface of the name was seen to be this one, in this version. */
  #known = false;
  readonly #lookTogether = sharedCall((call: Call) => this.#look(call));
  readonly #bringUpAlone = sharedCall((storage: Storage) =>
    storage.transaction((tx) => this.#makeAll(tx)),
  );

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
   * Calls look whose the interface is until that was seen, and take their place in the order of calls when they have looked; all others take
   * theirs at once. A call that begins within a transaction is part of that with all its steps, or rejects where the transaction ends before. Rejects with `StorageVersionError` where what is stored is of a newer version, with `ReservedNameError` where it is
   * another owner's, and with `StorageReadonlyError` where containers are missing and may not be made.
   */
  protected async runWrite<T>(action: (on: Operations) => Promise<T>): Promise<T> {
    const call = this.#call();
    call.bound.mayWrite();
    if (!this.#known) {
      const seen = await this.#see(call);
      if (seen === "older") await this.#bringUp(call);
    }
    for (let tries = 0; ; tries++) {
      try {
        return await action(call.on);
      } catch (error) {
        if (!(error instanceof ContainerNotFoundError) || tries === TRIES) throw error;
      }
      await this.#bringUp(call);
    }
  }

  /** Runs what only reads, and writes nothing. Where containers are missing, the answer is `missing`. */
  protected async runRead<T>(missing: T, action: (on: Operations) => Promise<T>): Promise<T> {
    const call = this.#call();
    try {
      if (!this.#known) await this.#see(call);
      return await action(call.on);
    } catch (error) {
      if (error instanceof ContainerNotFoundError) return missing;
      throw error;
    }
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

  /** A call that begins now. All its steps go to where it begins, so that none is done outside of a transaction that has ended. */
  #call(): Call {
    const place = this.#place;
    const begun = place instanceof Storage && place.inTransaction;
    const bound = new BoundOperations(place);
    const on = withReservation(bound, this.#reservation);
    const { ownTransactions = false } = this.#definition;
    const alone = place instanceof Storage && (ownTransactions || !begun) ? place : undefined;
    return { bound, on, alone };
  }

  /** Looks once for all who call at once, so that they go on together, in order. Inside of a `transaction()` nobody may wait for those outside. */
  #see(call: Call): Promise<Seen> {
    return call.bound.writable ? this.#lookTogether(call.bound.target, call) : this.#look(call);
  }

  /** What is there must be of this owner, and of no newer version. */
  async #look({ bound, alone }: Call): Promise<Seen> {
    const { name, version, ownTransactions = false } = this.#definition;
    const find = (on: Operations): Promise<Registered | undefined> =>
      this.#registered(withReservation(on, INTERFACES)).get(name);
    const isApart = ownTransactions && alone !== undefined;
    let found: Registered | undefined;
    try {
      found = await (isApart ? alone.transaction(find, { readonly: true }) : find(bound));
    } catch (error) {
      if (!(error instanceof ContainerNotFoundError)) throw error;
    }
    if (found === undefined) return "current";
    this.#check(found);
    if (found.version < version) return "older";
    // What a begun transaction shows may be rolled back.
    if (alone !== undefined || !(this.#place instanceof Storage)) this.#known = true;
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
  async #makeAll(place: Operations): Promise<void> {
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

  /** In the transaction that the call is part of, one view after another; in one of its own where there is none. */
  async #bringUp({ bound, alone }: Call): Promise<void> {
    if (alone !== undefined) await this.#bringUpAlone(alone, alone);
    else await inTurn(bound.target, this.#definition.name, () => this.#makeAll(bound));
  }

  #registered(registry: Operations): Container<Registered> {
    return registry.container(INTERFACES.container(), { encoding: registered });
  }
}

/** Who brings up something in a transaction that is not one of its own, by the interface's name. */
const turns = new WeakMap<object, Map<string, Promise<void>>>();

/** Runs the steps when those of the same name in the same transaction have settled. */
async function inTurn(target: object, name: string, steps: () => Promise<void>): Promise<void> {
  const last = turns.get(target) ?? new Map<string, Promise<void>>();
  turns.set(target, last);
  const turn = (last.get(name) ?? Promise.resolve()).catch(() => {}).then(steps);
  last.set(name, turn);
  await turn;
}

/** Makes a container where there is none; somebody else may do so at the same time. */
export async function addIfMissing(on: Operations, container: string): Promise<void> {
  try {
    await on.addContainer(container);
  } catch (error) {
    if (!(error instanceof DuplicateContainerError)) throw error;
  }
}
