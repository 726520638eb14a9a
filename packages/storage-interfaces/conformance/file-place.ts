/** What the tests of a file store work with: a fresh place for a storage, and content that can be made again. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenOptions, Storage } from "@caterpillar/storage-core";
import { type LoadedTarget, loadTarget, type Target } from "@caterpillar/storage-core/conformance";
import { type Operations, reserve, withReservation } from "@caterpillar/storage-core/interface";
import { CHUNK_BYTES } from "../src/file-chunks.ts";
import type { FileInfo } from "../src/file-list.ts";
import { FileStore } from "../src/file-store.ts";

const RESERVATION = reserve("files", "@caterpillar/storage-interfaces");

export const CHUNK: number = CHUNK_BYTES;
/** More than one transaction takes, with a last chunk that is not full. */
export const LARGE: number = 40 * CHUNK + 12_345;

export interface Place {
  readonly target: LoadedTarget;
  /** An empty folder, for files on the disk. */
  readonly folder: string;
  readonly path: string;
  readonly storage: Storage;
  readonly files: FileStore;
  /** The storage, with leave to write to the containers of the file store. */
  readonly raw: Operations;
  /** Another storage on the same path, closed in the end. */
  open(options?: OpenOptions): Promise<Storage>;
}

/** A test on a place of its own. */
export function onPlace(target: Target, run: (place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const loaded = await loadTarget(target);
    const folder = mkdtempSync(join(tmpdir(), "file-store-"));
    const path = join(folder, "storage");
    const opened: Storage[] = [];
    const open = async (options?: OpenOptions): Promise<Storage> => {
      const storage = await loaded.storage.open(path, options);
      opened.push(storage);
      return storage;
    };
    try {
      const storage = await open({ create: true });
      const raw = withReservation(storage, RESERVATION);
      await run({
        target: loaded,
        folder,
        path,
        storage,
        files: new FileStore(storage),
        raw,
        open,
      });
    } finally {
      for (const storage of opened) await storage.close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Bytes that look random, and are the same for the same seed. */
export function content(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same bytes in pieces. */
export function* inPieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

export async function collected(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

export async function listed(files: FileStore, options = {}): Promise<FileInfo[]> {
  const list: FileInfo[] = [];
  for await (const info of files.list(options)) list.push(info);
  return list;
}

/** The keys of all containers of the store: what is left when everything was deleted. */
export async function keysLeft({ raw }: Place): Promise<string[]> {
  const keys: string[] = [];
  for (const container of await raw.listContainers()) {
    if (!container.startsWith("bh_files")) continue;
    for await (const key of raw.getContainerKeys(container)) keys.push(`${container}: ${key}`);
  }
  return keys;
}

export async function chunkKeys({ raw }: Place): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of raw.getContainerKeys("bh_files_chunks")) keys.push(key);
  return keys;
}
