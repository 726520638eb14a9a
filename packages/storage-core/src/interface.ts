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

/** The methods of the storage or transaction, which may write to the containers of the reservation as well. */
export function withReservation(on: Operations, reservation: Reservation): Operations {
  return new ReservedOperations(on, reservation);
}
