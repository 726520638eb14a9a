/** What an interface needs of the core: a typed view that owns containers of its own. See `@caterpillar/storage-interfaces`. */
import type { Access } from "./access.ts";
import { Operations } from "./operations.ts";
import type { Reservation } from "./reserved.ts";

export { collectItems, collectKeys } from "./items.ts";
export { describe, toKey, toText } from "./keys.ts";
export { Operations } from "./operations.ts";
export { RESERVED_PREFIX, Reservation, reserve } from "./reserved.ts";

class ReservedOperations extends Operations {
  readonly #on: Operations;
  readonly #reservation: Reservation;

  constructor(on: Operations, reservation: Reservation) {
    super();
    this.#on = on;
    this.#reservation = reservation;
  }

  protected access(): Access {
    return Operations.accessOf(this.#on);
  }

  protected override get reservation(): Reservation {
    return this.#reservation;
  }
}

/** The methods of a storage or a transaction, all of one call: what is begun or ended on the storage meanwhile changes nothing for them. */
export class BoundOperations extends Operations {
  /** What they go to: the same for all that are part of one transaction. */
  readonly target: object;
  readonly #access: Access;

  /** Throws where no call may be made. */
  constructor(on: Operations) {
    super();
    this.#access = Operations.accessOf(on);
    this.target = this.#access;
  }

  protected access(): Access {
    return this.#access;
  }

  /** Throws where no write may be made: where all is read-only, and inside of a `transaction()`. */
  mayWrite(): void {
    this.#access.mayWrite();
  }

  /** Whether writes may be made. */
  get writable(): boolean {
    try {
      this.mayWrite();
      return true;
    } catch {
      return false;
    }
  }
}

/** The methods of the storage or transaction, which may write to the containers of the reservation as well. */
export function withReservation(on: Operations, reservation: Reservation): Operations {
  return new ReservedOperations(on, reservation);
}
