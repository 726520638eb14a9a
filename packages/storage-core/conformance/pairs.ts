/** Items to set, and keys, in all the forms in which callers may give them. */
import type { Storage } from "../src/storage.ts";
import { letTurn } from "./event-loop.ts";

export type Pair = [key: string, value: string];

/** Items `k000000` to so many, each with its number as its value, in order. */
export function numbered(count: number): Pair[] {
  return Array.from({ length: count }, (_, i) => [`k${String(i).padStart(6, "0")}`, `${i}`]);
}

/** Pairs or keys, one by one. */
export function* generate<T>(items: Iterable<T>): Generator<T> {
  yield* items;
}

/** The same, with a pause before each. */
export async function* generateAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await letTurn(1);
    yield item;
  }
}

/** Runs on the storage outside of transactions, and in one, which is committed. */
export async function inBoth(
  storage: Storage,
  run: (where: string) => Promise<void>,
): Promise<void> {
  await run("outside of transactions");
  await storage.begin();
  await run("in a transaction");
  await storage.commit();
}
