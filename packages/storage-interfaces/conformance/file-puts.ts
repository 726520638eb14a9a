/** What is put: every kind of source, each content once, and nothing where it fails. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { Target } from "@caterpillar/storage-core/conformance";
import { describe, expect, it } from "vitest";
import type { FileSource } from "../src/file-source.ts";
import { FileStore } from "../src/file-store.ts";
import {
  CHUNK,
  chunkKeys,
  content,
  inPieces,
  keysLeft,
  LARGE,
  listed,
  onPlace,
  sha256,
} from "./file-place.ts";

const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 16 * CHUNK, 16 * CHUNK + 1, LARGE];

export function testPuts(target: Target): void {
  it(
    "gives back every size as it was put, with node:crypto's digest",
    onPlace(target, async ({ files }) => {
      for (const size of SIZES) {
        const bytes = content(size, size + 1);
        const info = await files.put(bytes);
        expect(info.size).toBe(size);
        expect(info.digest).toBe(sha256(bytes));
        expect(Buffer.compare(await files.bytes(info.id), bytes)).toBe(0);
      }
      expect((await files.usage()).blobs).toBe(SIZES.length);
    }),
  );

  it(
    "is no part of a transaction that was begun by hand, and the first one comes into being beside it",
    onPlace(target, async ({ files, storage, open }) => {
      await storage.begin();
      const { id } = await files.put(content(5));
      expect(await files.bytes(id)).toEqual(content(5));
      expect(await storage.listContainers(), "the snapshot of the transaction").toEqual([]);
      await storage.rollback();
      expect(await new FileStore(await open()).bytes(id)).toEqual(content(5));
    }),
  );

  it(
    "takes many small contents at once",
    onPlace(target, async ({ files }) => {
      const infos = await Promise.all(
        Array.from({ length: 300 }, (_, i) => files.put(content(1000, i + 1))),
      );
      expect(await files.usage()).toMatchObject({ files: 300, blobs: 300, bytes: 300_000 });
      const ids = infos.map(({ id }) => id);
      expect(ids, "ids are in the order in which files came").toEqual([...ids].sort());
    }),
  );

  it(
    "closes the source of a put that was aborted before it began",
    onPlace(target, async ({ files, folder }) => {
      const source = createReadStream(onDisk(folder, content(CHUNK)));
      await once(source, "open");
      const put = files.put(source, { signal: AbortSignal.abort() });
      await expect(put).rejects.toMatchObject({ code: "ABORTED" });
      expect(source.destroyed).toBe(true);
    }),
  );

  // Windows has no pipe that is a file.
  it.skipIf(process.platform === "win32")(
    "can be aborted while it waits for a pipe",
    onPlace(target, async ({ files, folder }) => {
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      const controller = new AbortController();
      const put = files.put({ path: pipe }, { signal: controller.signal });
      setImmediate(() => controller.abort());
      await expect(put).rejects.toMatchObject({ code: "ABORTED" });
      // Whoever still waits for it in a thread goes on.
      execFileSync("sh", ["-c", 'exec 3<>"$1"', "sh", pipe]);
    }),
  );

  describe("takes", () => {
    const bytes = content(LARGE);
    const kinds: Record<string, (folder: string) => FileSource> = {
      "a Uint8Array": () => bytes,
      "a Buffer": () => Buffer.from(bytes),
      "a path": (folder) => ({ path: onDisk(folder, bytes) }),
      "a file URL": (folder) => ({ path: pathToFileURL(onDisk(folder, bytes)) }),
      "a web stream": () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
      "a Node stream": () => Readable.from(inPieces(bytes, 65_536)),
      "an array of pieces": () => [bytes.subarray(0, 10), new Uint8Array(), bytes.subarray(10)],
      "a generator of small pieces": () => inPieces(bytes, 1000),
      "an async generator of pieces that fit no chunk": () => reused(bytes, 300_001),
    };
    for (const [kind, make] of Object.entries(kinds)) {
      it(
        kind,
        onPlace(target, async (place) => {
          const { files, folder } = place;
          const info = await files.put(make(folder));
          expect(info.digest).toBe(sha256(bytes));
          expect(Buffer.compare(await files.bytes(info.id), bytes)).toBe(0);
          const again = await files.put(make(folder));
          expect(again.id).not.toBe(info.id);
          expect(await files.usage()).toEqual({
            files: 2,
            bytes: 2 * LARGE,
            blobs: 1,
            storedBytes: LARGE,
            unusedBytes: 0,
          });
          expect(await chunkKeys(place)).toHaveLength(41);
        }),
      );
    }
  });

  it(
    "refuses what is no source, or no option, before anything is written",
    onPlace(target, async (place) => {
      const { files } = place;
      const put = files.put.bind(files) as (...args: unknown[]) => Promise<unknown>;
      const locked = new Blob(["x"]).stream();
      locked.getReader();
      const wrong = ["text", 1, null, undefined, {}, { path: 1 }, { path: "" }, new ArrayBuffer(1)];
      for (const source of [...wrong, new Uint16Array(1), locked, () => {}]) {
        await expect(put(source)).rejects.toThrow(TypeError);
      }
      const options = [
        { name: 1 },
        { name: "a\0b" },
        { name: "\ud800" },
        { type: null },
        { fields: [] },
        { fields: null },
        { fields: new Map() },
        { fields: { a: {} } },
        { fields: { a: Number.NaN } },
        { fields: { a: undefined } },
        { signal: "x" },
        { onProgress: 1 },
        { nmae: "x" },
        null,
      ];
      for (const option of options) {
        await expect(put(new Uint8Array(1), option)).rejects.toThrow(TypeError);
      }
      for (const option of [{ name: "x".repeat(513) }, { fields: { a: "x".repeat(65_536) } }]) {
        await expect(put(new Uint8Array(1), option)).rejects.toMatchObject({ code: "LIMIT" });
      }
      expect(await keysLeft(place)).toEqual([]);
    }),
  );

  it(
    "keeps nothing of a source that gives something else, or throws, before or after the first transaction",
    onPlace(target, async (place) => {
      for (const good of [0, 1, LARGE]) {
        await expect(place.files.put(failing(good, new Error("gone")))).rejects.toThrow("gone");
        await expect(place.files.put(giving(good, "text"))).rejects.toThrow(TypeError);
        expect(await keysLeft(place)).toEqual([]);
      }
      const missing = place.files.put({ path: join(place.folder, "missing") });
      await expect(missing).rejects.toMatchObject({ code: "ENOENT" });
    }),
  );

  it(
    "lets go of its source when it is aborted, also of one that gives nothing, and keeps nothing",
    onPlace(target, async (place) => {
      const { files } = place;
      const early = files.put(content(1), { signal: AbortSignal.abort("no") });
      await expect(early).rejects.toMatchObject({ code: "ABORTED", cause: "no" });
      const controller = new AbortController();
      let closed = false;
      const stream = new ReadableStream<Uint8Array>({
        start: (out) => out.enqueue(content(LARGE)),
        cancel: () => {
          closed = true;
        },
      });
      const stuck = files.put(stream, {
        signal: controller.signal,
        // The stream gives nothing after its first piece.
        onProgress: () => controller.abort("enough"),
      });
      await expect(stuck).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
      expect(closed).toBe(true);
      const node = new Readable({ read() {} });
      node.push(content(LARGE));
      const second = new AbortController();
      const put = files.put(node, { signal: second.signal, onProgress: () => second.abort() });
      await expect(put).rejects.toMatchObject({ code: "ABORTED" });
      expect(node.destroyed).toBe(true);
      expect(await keysLeft(place)).toEqual([]);
    }),
  );

  it(
    "tells how far it is, and is ended by what the callback throws",
    onPlace(target, async (place) => {
      const told: [number, number | undefined][] = [];
      const onProgress = (bytes: number, total: number | undefined): void => {
        told.push([bytes, total]);
      };
      await place.files.put(content(2 * CHUNK + 1), { onProgress });
      const total = 2 * CHUNK + 1;
      expect(told).toEqual([
        [CHUNK, total],
        [2 * CHUNK, total],
        [total, total],
      ]);
      told.length = 0;
      await place.files.put([content(10)], { onProgress });
      expect(told).toEqual([[10, 10]]);
      const thrown = place.files.put(inPieces(content(LARGE, 2), CHUNK), {
        onProgress: (bytes) => {
          if (bytes > 20 * CHUNK) throw new Error("stop");
        },
      });
      await expect(thrown).rejects.toThrow("stop");
      expect((await place.files.usage()).files).toBe(2);
      expect((await place.files.usage()).unusedBytes).toBe(0);
    }),
  );

  for (const size of [1000, LARGE]) {
    it(
      `makes one blob of 20 puts of the same ${size} bytes at once`,
      onPlace(target, async (place) => {
        const bytes = content(size);
        const source = (i: number): FileSource => (i % 2 === 0 ? bytes : inPieces(bytes, 100_000));
        const puts = Array.from({ length: 20 }, (_, i) => place.files.put(source(i)));
        const infos = await Promise.all(puts);
        expect(new Set(infos.map(({ id }) => id)).size).toBe(20);
        const { blobs, files, unusedBytes } = await place.files.usage();
        expect({ blobs, files, unusedBytes }).toEqual({ blobs: 1, files: 20, unusedBytes: 0 });
        expect(await chunkKeys(place)).toHaveLength(Math.ceil(size / CHUNK));
        expect(sha256(await lastOf(place.files))).toBe(sha256(bytes));
      }),
    );
  }
}

async function lastOf(files: FileStore): Promise<Uint8Array> {
  const [last] = await listed(files, { reverse: true, limit: 1 });
  return await files.bytes(last?.id as string);
}

function onDisk(folder: string, bytes: Uint8Array): string {
  const path = join(folder, "source.bin");
  writeFileSync(path, bytes);
  return path;
}

/** Gives all its pieces in one buffer, as streams do that save memory. */
async function* reused(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(length);
  for (const piece of inPieces(bytes, length)) {
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

async function* failing(good: number, error: Error): AsyncGenerator<Uint8Array> {
  yield* inPieces(content(good), CHUNK);
  throw error;
}

function* giving(good: number, bad: string): Generator<Uint8Array> {
  yield* inPieces(content(good), CHUNK);
  yield bad as unknown as Uint8Array;
}
