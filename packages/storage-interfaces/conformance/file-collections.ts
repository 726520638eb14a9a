/** What is deleted, when, and what is not whoever comes at the same time. */
import type { Storage } from "@caterpillar/storage-core";
import type { Target } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import { blobEncoding, uploadEncoding } from "../src/file-records.ts";
import { FileStore } from "../src/file-store.ts";
import {
  CHUNK,
  chunkKeys,
  collected,
  content,
  inPieces,
  keysLeft,
  LARGE,
  onPlace,
} from "./file-place.ts";

const NOW = { graceMs: 0 };
const NOTHING = { blobs: 0, chunks: 0, bytes: 0, uploads: 0 };
/** So many chunks that they are deleted in several transactions. */
const HUGE = 300 * CHUNK + 1;

export function testCollections(target: Target): void {
  it(
    "keeps content while a file has it, and then for the grace",
    onPlace(target, async (place) => {
      const { files } = place;
      const bytes = content(LARGE);
      const one = await files.put(bytes);
      const two = await files.put(bytes);
      const small = await files.put(content(5));
      expect(await files.delete(one.id)).toBe(true);
      expect(await files.delete(one.id)).toBe(false);
      expect(await files.info(one.id)).toBeUndefined();
      expect(await files.gc(NOW)).toEqual(NOTHING);
      expect(Buffer.compare(await files.bytes(two.id), bytes)).toBe(0);
      await files.delete(two.id);
      await files.delete(small.id);
      expect(await files.usage()).toEqual({
        files: 0,
        bytes: 0,
        blobs: 2,
        storedBytes: LARGE + 5,
        unusedBytes: LARGE + 5,
      });
      expect(await files.gc()).toEqual(NOTHING);
      const told: (number | undefined)[][] = [];
      const onProgress = (done: number, total: number | undefined): void => {
        told.push([done, total]);
      };
      const deleted = { blobs: 2, chunks: 42, bytes: LARGE + 5, uploads: 0 };
      expect(await files.gc({ graceMs: 0, onProgress })).toEqual(deleted);
      expect(told.at(-1)).toEqual([LARGE + 5, undefined]);
      expect(await keysLeft(place)).toEqual([]);
      expect(await files.gc(NOW)).toEqual(NOTHING);
    }),
  );

  it(
    "uses content again that no file has any more",
    onPlace(target, async (place) => {
      const { files } = place;
      await files.delete((await files.put(content(LARGE))).id);
      const keys = await chunkKeys(place);
      const again = await files.put(content(LARGE));
      expect(await chunkKeys(place)).toEqual(keys);
      expect(await files.gc(NOW)).toEqual(NOTHING);
      expect(Buffer.compare(await files.bytes(again.id), content(LARGE))).toBe(0);
    }),
  );

  it(
    "deletes a large content in several transactions, and goes on where it was aborted",
    onPlace(target, async (place) => {
      const { files } = place;
      await files.delete((await files.put(inPieces(new Uint8Array(HUGE), 16 * CHUNK))).id);
      const controller = new AbortController();
      const aborted = files.gc({
        ...NOW,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
      const left = await chunkKeys(place);
      expect(left.length).toBeGreaterThan(0);
      const rest = await files.gc(NOW);
      expect(rest).toEqual({ blobs: 0, chunks: left.length, bytes: rest.bytes, uploads: 0 });
      expect(await keysLeft(place)).toEqual([]);
      for (const wrong of [{ graceMs: -1 }, { graceMs: "0" }, { grace: 0 }]) {
        await expect(files.gc(wrong as object)).rejects.toThrow(TypeError);
      }
    }),
  );

  it(
    "collects many small contents",
    onPlace(target, async (place) => {
      const { files } = place;
      const puts = Array.from({ length: 300 }, (_, i) => files.put(content(8, i + 1)));
      const infos = await Promise.all(puts);
      await Promise.all(infos.slice(1).map(({ id }) => files.delete(id)));
      expect(await files.gc(NOW)).toMatchObject({ blobs: 299, chunks: 299, bytes: 299 * 8 });
      expect(await files.bytes(infos[0]?.id as string)).toEqual(content(8, 1));
    }),
  );

  it(
    "fails a reader whose content was collected, and lets one go on whose content was put again",
    onPlace(target, async ({ files }) => {
      const bytes = content(3 * CHUNK);
      const first = await files.put(bytes);
      const lost = files.read(first.id).getReader();
      expect((await lost.read()).value).toHaveLength(CHUNK);
      const lucky = files.read(first.id);
      const reader = lucky.getReader();
      const { value } = await reader.read();
      reader.releaseLock();
      await files.delete(first.id);
      // Before gc, it is read to its end.
      expect((await lost.read()).value).toHaveLength(CHUNK);
      await files.gc(NOW);
      await expect(lost.read()).rejects.toMatchObject({ code: "FILE_NOT_FOUND", id: first.id });
      await files.put(bytes);
      const rest = await collected(lucky);
      expect(Buffer.compare(Buffer.concat([value as Uint8Array, rest]), bytes)).toBe(0);
    }),
  );

  for (const size of [100, LARGE]) {
    it(
      `takes nothing from puts of ${size} bytes that come and go at the same time`,
      onPlace(target, async (place) => {
        const stores = [place.files, new FileStore(await place.open())];
        const bytes = content(size);
        let running = true;
        let blobs = 0;
        const collectNow = async (files: FileStore): Promise<void> => {
          const collected = await files.gc(NOW);
          blobs += collected.blobs;
        };
        const collecting = (async () => {
          while (running) await collectNow(stores[1] as FileStore);
        })();
        let deleting: Promise<unknown> = Promise.resolve();
        for (let round = 0; round < 12; round++) {
          const source = round % 2 === 0 ? bytes : inPieces(bytes, CHUNK);
          const puts = stores.map((files, i) => files.put(i === 0 ? source : bytes));
          const infos = await Promise.all(puts);
          for (const { id } of infos) {
            expect(Buffer.compare(await place.files.bytes(id), bytes)).toBe(0);
          }
          await deleting;
          deleting = Promise.all(infos.map(({ id }) => place.files.delete(id)));
          // Else the next puts come at the same time as this.
          if (round % 3 > 0) await deleting;
          if (round % 3 === 2) await collectNow(place.files);
        }
        await deleting;
        const last = await place.files.put(bytes);
        running = false;
        await collecting;
        // Whichever of the two came first.
        expect(blobs).toBeGreaterThan(0);
        expect(Buffer.compare(await place.files.bytes(last.id), bytes)).toBe(0);
        await place.files.delete(last.id);
        await place.files.gc(NOW);
        expect(await keysLeft(place)).toEqual([]);
      }),
    );
  }

  it(
    "looks again when its turn comes: a put that stood before it has used the content again",
    onPlace(target, async ({ files, storage }) => {
      await files.delete((await files.put(content(100))).id);
      let letGo = (): void => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const holding = storage.transaction(() => held);
      const [put] = await untilItsTurn(storage, () => files.put(content(100)));
      // It has looked by then, and found that nobody uses the content.
      const [gc] = await untilItsTurn(storage, () => files.gc(NOW));
      letGo();
      await holding;
      const { id } = await put;
      expect(await gc).toEqual(NOTHING);
      expect(await files.bytes(id)).toEqual(content(100));
    }),
  );

  it(
    "keeps an unfinished put of somebody else for the grace",
    onPlace(target, async ({ files, raw }) => {
      await files.put(content(1));
      const uploads = raw.container("bh_files_uploads", { encoding: uploadEncoding });
      await uploads.set("somebody", { size: 16 * CHUNK, used: Date.now(), dead: false });
      expect(await files.gc({ graceMs: 60_000 })).toEqual(NOTHING);
      expect(await uploads.has("somebody")).toBe(true);
      expect(await files.gc(NOW)).toMatchObject({ uploads: 1 });
      expect(await uploads.has("somebody")).toBe(false);
    }),
  );

  it(
    "gives those who read a file the whole grace after its delete, however old its content is",
    onPlace(target, async ({ files, raw }) => {
      const { id, digest } = await files.put(content(1));
      const blobs = raw.container("bh_files_blobs", { encoding: blobEncoding });
      await blobs.update(digest, (blob) => blob && { ...blob, used: 0 });
      await files.delete(id);
      expect(await files.gc({ graceMs: 60_000 })).toEqual(NOTHING);
      expect(await files.gc(NOW)).toMatchObject({ blobs: 1 });
    }),
  );

  it(
    "counts each unfinished put once, whoever collects at the same time",
    onPlace(target, async ({ files, raw, open }) => {
      await files.put(content(1));
      const uploads = raw.container("bh_files_uploads", { encoding: uploadEncoding });
      await uploads.set("somebody", { size: 2000 * CHUNK, used: 0, dead: false });
      const other = new FileStore(await open());
      const both = await Promise.all([files.gc(NOW), other.gc(NOW)]);
      expect(both.reduce((sum, collected) => sum + collected.uploads, 0)).toBe(1);
    }),
  );

  it(
    "stops a put whose chunks somebody else took for left behind",
    onPlace(target, async (place) => {
      const { files, raw } = place;
      async function* source(): AsyncGenerator<Uint8Array> {
        yield content(20 * CHUNK);
        for await (const key of raw.getContainerKeys("bh_files_uploads")) {
          const uploads = raw.container("bh_files_uploads", { encoding: uploadEncoding });
          await uploads.set(key, { size: 16 * CHUNK, used: 0, dead: true });
        }
        expect(await files.gc(NOW)).toMatchObject({ chunks: 16, uploads: 0 });
        yield content(20 * CHUNK);
      }
      const put = files.put(source());
      await expect(put).rejects.toMatchObject({ code: "TRANSACTION_CONFLICT", retryable: true });
      expect(await keysLeft(place)).toEqual([]);
    }),
  );
}

/** Calls, and goes on when the call waits for its turn to write to the storage. Its promise comes in an array, as nobody is to await it yet. */
async function untilItsTurn<T>(storage: Storage, call: () => Promise<T>): Promise<[Promise<T>]> {
  const { transaction } = storage;
  let called: Promise<T> | undefined;
  await new Promise<void>((resolve) => {
    storage.transaction = async function (this: Storage, run, options) {
      const outcome = transaction.call(this, run, options) as ReturnType<typeof run>;
      if (options?.readonly !== true) resolve();
      return await outcome;
    };
    called = call();
  });
  storage.transaction = transaction;
  return [called as Promise<T>];
}
