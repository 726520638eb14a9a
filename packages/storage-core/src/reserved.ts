/**
 * Reserved containers. Names that begin with `bh_` belong to interfaces: typed views, each of which owns some containers and knows what
 * their items mean. Anybody may read them; to write to them, or to create or delete one, takes the interface's reservation.
 */
import { ReservedNameError } from "./errors.ts";

/** What the names of reserved containers begin with. */
export const RESERVED_PREFIX = "bh_";

/** The containers of one interface: `bh_<name>`, and all whose names begin with `bh_<name>_`. */
export class Reservation {
  readonly name: string;
  readonly owner: string;

  /** Made by {@link reserve}. */
  constructor(name: string, owner: string) {
    this.name = name;
    this.owner = owner;
  }

  /** The name of a container: the first one's, or that of another with a suffix. */
  container(suffix?: string): string {
    const first = RESERVED_PREFIX + this.name;
    return suffix === undefined ? first : `${first}_${suffix}`;
  }

  owns(container: string): boolean {
    return container === this.container() || container.startsWith(this.container(""));
  }
}

const owners = new Map<string, string>();

/**
 * Claims the name of an interface, for this process. `owner` says whose it is, by the name of its package: the same owner may claim it again,
 * `ReservedNameError` meets another. `TypeError` where the name is not of small letters, digits and hyphens.
 */
export function reserve(name: string, owner: string): Reservation {
  if (typeof name !== "string" || !/^[a-z][a-z0-9-]{0,63}$/.test(name)) {
    throw new TypeError(
      "the name of an interface has small letters, digits and hyphens, 64 at most, and begins with a letter",
    );
  }
  if (typeof owner !== "string" || owner === "") {
    throw new TypeError("the owner of an interface is the name of its package");
  }
  const first = owners.get(name) ?? owner;
  if (first !== owner) {
    throw new ReservedNameError(
      `the interface ${name} belongs to ${first}, and ${owner} wants it too; take another name`,
    );
  }
  owners.set(name, owner);
  return new Reservation(name, owner);
}

/** Throws `ReservedNameError` where a container is not to be written to by whoever has this reservation, or none. */
export function checkReserved(container: string, reservation: Reservation | undefined): void {
  if (!container.startsWith(RESERVED_PREFIX) || reservation?.owns(container)) return;
  throw new ReservedNameError(
    `the container ${JSON.stringify(container)} belongs to an interface, as its name begins with ${RESERVED_PREFIX}; write to it by way of that interface, or take another name`,
  );
}
