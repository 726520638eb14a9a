/** A fresh place for the storages of one test of KVStore. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytes, type OpenOptions, type Storage } from "@caterpillar/storage-core";
import type { LoadedTarget } from "@caterpillar/storage-core/conformance";
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";

export class KVPlace {
  readonly target: LoadedTarget;
  readonly folder: string = mkdtempSync(join(tmpdir(), "kv-store-"));
  readonly path: string = join(this.folder, "storage");
  readonly #open: Storage[] = [];

  constructor(target: LoadedTarget) {
    this.target = target;
  }

  /** Opens the storage of the test; closed when the test ends. */
  async open(options?: OpenOptions): Promise<Storage> {
    const storage = await this.target.storage.open(this.path, options);
    this.#open.push(storage);
    return storage;
  }

  async create(): Promise<Storage> {
    return await this.open({ create: true });
  }

  /** A dictionary on a new storage. */
  async kv(): Promise<KVStore> {
    return new KVStore(await this.create());
  }

  async dispose(): Promise<void> {
    try {
      for (const storage of this.#open) await storage.close();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** A test: what it does with the place that it is given. */
type KVTest = (place: KVPlace) => Promise<void>;

/** Tests by what they say. */
export type KVTests = Readonly<Record<string, KVTest>>;

/** All entries, as pairs in order. */
export async function entriesOf(kv: KVStore): Promise<[string, string][]> {
  return await listOf(kv);
}

export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Fails unless it rejects with a storage's error of this code, or with a `TypeError`; answers the error. */
export async function refused(promise: Promise<unknown>, code: string): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: Error & { code?: string }) => reason,
  );
  expect(error === undefined ? "resolved" : (error.code ?? error.name), error?.stack).toBe(code);
  return error as Error;
}

/** Fails unless all of them reject so. They are looked at together, as one that nobody waits for yet may fail first. */
export async function allRefused(promises: Promise<unknown>[], code: string): Promise<Error[]> {
  return await Promise.all(promises.map((promise) => refused(promise, code)));
}

/** What is stored for a key, below the dictionary. */
export async function rawRecord(storage: Storage, key: string): Promise<Uint8Array> {
  const record = await storage.container("bh_kv", { encoding: bytes }).get(key);
  expect(record).toBeDefined();
  return record as Uint8Array;
}

/** Waits until the clock shows another millisecond. */
export async function clockTick(): Promise<void> {
  const before = Date.now();
  while (Date.now() === before) await new Promise((resolve) => setImmediate(resolve));
}
