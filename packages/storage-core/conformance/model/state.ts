/** What is stored, as a value that never changes: a write makes another one. */
import type { StoredValue } from "./stored-value.ts";

export type ItemsState = ReadonlyMap<string, StoredValue>;

/** Containers by name, and their items by key. */
export type State = ReadonlyMap<string, ItemsState>;

/** All of it as a list, in order, to be compared and to be sent: each container with its count, and behind it its items. */
export type Contents = readonly (
  | readonly [container: string, count: number]
  | readonly [container: string, key: string, value: StoredValue]
)[];
