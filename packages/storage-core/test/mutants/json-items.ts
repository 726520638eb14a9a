/** All items of a storage as JSON can hold them, for test drivers that keep them in files, and work on them in memory. */
import type { Value } from "@caterpillar/storage-core/driver";
import { MemoryStore } from "../../src/memory-store.ts";

/** Bytes are in base64. */
export type Items = readonly (readonly [
  key: string,
  value: string | { readonly base64: string },
])[];

const EVERYTHING = { start: "", end: undefined, reverse: false, limit: 1e9, bytes: 1e12 };

export async function storeOf(items: Items): Promise<MemoryStore> {
  const store = new MemoryStore();
  const changes = items.map(([key, value]): [string, Value] => [
    key,
    typeof value === "string" ? value : new Uint8Array(Buffer.from(value.base64, "base64")),
  ]);
  await store.write({ expected: [], changes, durability: "process-crash" });
  return store;
}

export async function itemsOf(store: MemoryStore): Promise<Items> {
  const { items } = await store.snapshot().page(EVERYTHING, "text");
  return items.map(([key, value]) => [
    key,
    typeof value === "string" ? value : { base64: Buffer.from(value).toString("base64") },
  ]);
}
