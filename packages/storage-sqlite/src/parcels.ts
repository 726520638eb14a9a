/** Changes on their way to another thread, as plain data in parts, so that no turn of the event loop is taken up by all of a large commit. */
import type { Changes, ContainerChanges, Value } from "@caterpillar/storage-core/driver";

/** A part of what happens to one container. Where it follows one of the same container, it goes on with that. */
export interface Parcel {
  readonly container: string;
  readonly action: ContainerChanges["action"];
  readonly keys: readonly string[];
  readonly values: readonly (Value | null)[];
}

/** A parcel is closed when it has so many entries, or so many characters and bytes in its values. Some 2,000 small ones take a millisecond to hand over. */
const MAX_ENTRIES = 500;
const MAX_LENGTH = 256 * 1024;

/** The changes in parcels. Each container has at least one. */
export function* pack(changes: Changes): Generator<Parcel> {
  for (const { container, action, entries } of changes) {
    let keys: string[] = [];
    let values: (Value | null)[] = [];
    let length = 0;
    for (const [key, value] of entries) {
      keys.push(key);
      values.push(value);
      length += value?.length ?? 0;
      if (keys.length < MAX_ENTRIES && length < MAX_LENGTH) continue;
      yield { container, action, keys, values };
      keys = [];
      values = [];
      length = 0;
    }
    yield { container, action, keys, values };
  }
}

/** The changes again. */
export function unpack(parcels: readonly Parcel[]): Changes {
  const changes: (ContainerChanges & { readonly parcels: Parcel[]; size: number })[] = [];
  for (const parcel of parcels) {
    const last = changes.at(-1);
    if (last?.container === parcel.container) {
      last.parcels.push(parcel);
      last.size += parcel.keys.length;
      continue;
    }
    const { container, action } = parcel;
    const its = [parcel];
    const entries = { [Symbol.iterator]: () => entriesOf(its) };
    changes.push({ container, action, entries, size: parcel.keys.length, parcels: its });
  }
  return changes;
}

function* entriesOf(parcels: readonly Parcel[]): Generator<readonly [string, Value | null]> {
  for (const { keys, values } of parcels) {
    for (const [index, key] of keys.entries()) yield [key, values[index] as Value | null];
  }
}
