/** Things to do with a storage again and again, in the process of a subject, to see what they use up. */
import { randomBytes } from "node:crypto";
import { Worker } from "node:worker_threads";
import { bytes } from "../src/encodings.ts";
import type { StorageOpener } from "../src/open-storage.ts";
import type { Storage } from "../src/storage.ts";
import { ENTRY } from "./child-run.ts";

/** An iteration has more than a page of these. */
const ITEMS = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key-${i}`, `value-${i}`]));
const CONTAINER = "wear";

/** Opens the storage twice, leaves a transaction, an iteration and a call open, and closes both. */
export async function useAndClose(opener: StorageOpener, path: string): Promise<void> {
  const storage = await opener.open(path, { create: "if-missing" });
  const reader = await opener.open(path, { readonly: true });
  await prepare(storage);
  await transactOnce(storage, 0);
  await reader.container(CONTAINER).entries().next();
  await reader.begin();
  await reader.getContainerItem(CONTAINER, "key-1");
  await storage.begin();
  await storage.setContainerItem(CONTAINER, "key-1", "never committed");
  const call = storage.getContainerLen(CONTAINER);
  await storage.close();
  await call;
  await reader.close();
}

/** Fills the container, where there is none. */
async function prepare(storage: Storage): Promise<void> {
  if (await storage.hasContainer(CONTAINER)) return;
  await storage.addContainer(CONTAINER);
  await storage.setContainerItems(CONTAINER, ITEMS);
}

/** A transaction of each kind: committed, rolled back, one that runs a function and fails, and iterations that are left. */
export async function transactOnce(storage: Storage, i: number): Promise<void> {
  await prepare(storage);
  await storage.transaction(async (tx) => {
    await tx.setContainerItem(CONTAINER, `key-${i % 100}`, i);
    await tx.getContainerItem(CONTAINER, "key-1");
  });
  await storage.begin();
  await storage.setContainerItem(CONTAINER, "key-2", "never committed");
  await storage.rollback();
  await storage.transaction(() => Promise.reject(new Error("on purpose"))).catch(() => {});
  for await (const _ of storage.container(CONTAINER).entries()) break;
  await storage.transaction((tx) => tx.container(CONTAINER).entries().next(), { readonly: true });
}

const LARGE_ITEMS = 16;
const LARGE_BYTES = 1 << 16;

/** Replaces the same items by others of the same size, a MiB in all. */
export async function replaceAll(storage: Storage): Promise<void> {
  if (!(await storage.hasContainer(CONTAINER))) await storage.addContainer(CONTAINER);
  const items = Array.from({ length: LARGE_ITEMS }, (_, i) => {
    return [`large-${i}`, new Uint8Array(randomBytes(LARGE_BYTES))] as const;
  });
  await storage.container(CONTAINER, { encoding: bytes }).setMany(items);
}

/** Runs a thread that makes a storage, and ends with a transaction and an iteration open. */
export async function leaveOpenInThread(path: string): Promise<void> {
  const [, , module = ""] = process.argv;
  const worker = new Worker(ENTRY, { argv: [module, "leaveOpen", path] });
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}
