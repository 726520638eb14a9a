/** What is read: ranges, damage, files on the disk, lists and what is known of a file. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bytes as asBytes } from "@caterpillar/storage-core";
import type { Target } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import { FileStore } from "../src/file-store.ts";
import {
  CHUNK,
  chunkKeys,
  collected,
  content,
  keysLeft,
  LARGE,
  listed,
  onPlace,
  type Place,
} from "./file-place.ts";

const CHUNKS = "bh_files_chunks";

export function testReads(target: Target): void {
  it(
    "reads every range with a boundary that matters",
    onPlace(target, async ({ files }) => {
      const size = 2 * CHUNK + 5;
      const bytes = content(size);
      const { id } = await files.put(bytes);
      const edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, size - 1, size, size + 9];
      for (const start of edges) {
        expect(Buffer.compare(await files.bytes(id, { start }), bytes.subarray(start))).toBe(0);
        for (const end of edges.filter((edge) => edge >= start)) {
          const expected = bytes.subarray(start, end);
          expect(Buffer.compare(await files.bytes(id, { start, end }), expected)).toBe(0);
          const streamed = await collected(files.read(id, { start, end }));
          expect(Buffer.compare(streamed, expected)).toBe(0);
        }
      }
      const wrong = [
        { start: -1 },
        { start: 2, end: 1 },
        { start: 0.5 },
        { end: "1" },
        { from: 1 },
      ];
      for (const range of wrong) {
        expect(() => files.read(id, range as object)).toThrow(TypeError);
        await expect(files.bytes(id, range as object)).rejects.toThrow(TypeError);
      }
    }),
  );

  it(
    "finds no file of an id that there is not",
    onPlace(target, async ({ files, folder }) => {
      expect(await files.info("x")).toBeUndefined();
      expect(await files.delete("x")).toBe(false);
      const missing = { name: "FileNotFoundError", code: "FILE_NOT_FOUND", id: "x" };
      await expect(files.bytes("x")).rejects.toMatchObject(missing);
      await expect(collected(files.read("x"))).rejects.toMatchObject(missing);
      await expect(files.saveTo("x", join(folder, "out"))).rejects.toMatchObject(missing);
      await expect(files.info(1 as unknown as string)).rejects.toThrow(TypeError);
    }),
  );

  const damages: Record<string, (place: Place, keys: string[]) => Promise<void>> = {
    "a chunk that is missing": ({ raw }, keys) =>
      raw.deleteContainerItem(CHUNKS, keys[1] as string),
    "a changed byte": (place, keys) => change(place, keys[1], (chunk) => flip(chunk, 1000)),
    "a changed digest": (place, keys) => change(place, keys[1], (chunk) => flip(chunk, 0)),
    "a chunk that was cut off": (place, keys) =>
      change(place, keys[1], (chunk) => chunk.subarray(0, -1)),
    "an empty chunk": (place, keys) => change(place, keys[1], () => new Uint8Array()),
    "a chunk in the place of another": async (place, keys) => {
      const other = await place.raw.getContainerItem(CHUNKS, keys[2] as string, asBytes);
      await change(place, keys[1], () => other as Uint8Array);
    },
  };
  for (const [damage, make] of Object.entries(damages)) {
    it(
      `finds ${damage}, also in a range, and reads the rest`,
      onPlace(target, async (place) => {
        const { files, folder } = place;
        const bytes = content(4 * CHUNK);
        const { id } = await files.put(bytes);
        await make(place, await chunkKeys(place));
        const corrupt = { code: "STORAGE_CORRUPT" };
        await expect(files.bytes(id)).rejects.toMatchObject(corrupt);
        await expect(collected(files.read(id))).rejects.toMatchObject(corrupt);
        const range = { start: 2 * CHUNK - 1, end: 2 * CHUNK };
        await expect(files.bytes(id, range)).rejects.toMatchObject(corrupt);
        const out = join(folder, "out");
        writeFileSync(out, "before");
        await expect(files.saveTo(id, out)).rejects.toMatchObject(corrupt);
        expect(readFileSync(out, "utf8")).toBe("before");
        expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
        const rest = await files.bytes(id, { start: 2 * CHUNK });
        expect(Buffer.compare(rest, bytes.subarray(2 * CHUNK))).toBe(0);
      }),
    );
  }

  it(
    "finds records that are damaged, and content that is not the file's",
    onPlace(target, async ({ files, raw }) => {
      const one = await files.put(content(10, 1));
      const two = await files.put(content(10, 2));
      const blob = await raw.getContainerItem("bh_files_blobs", two.digest);
      await raw.setContainerItem("bh_files_blobs", one.digest, blob as string);
      const corrupt = { code: "STORAGE_CORRUPT" };
      await expect(files.bytes(one.id)).rejects.toMatchObject(corrupt);
      await raw.setContainerItem("bh_files_blobs", one.digest, "{");
      await expect(files.bytes(one.id)).rejects.toMatchObject(corrupt);
      await raw.setContainerItem("bh_files_blobs", one.digest, "null");
      await expect(files.bytes(one.id)).rejects.toMatchObject(corrupt);
      await raw.deleteContainerItem("bh_files_blobs", one.digest);
      await expect(files.bytes(one.id)).rejects.toMatchObject(corrupt);
      expect(await files.bytes(two.id)).toEqual(content(10, 2));
    }),
  );

  it(
    "saves to a path, in place of what was there, and leaves nothing beside it",
    onPlace(target, async ({ files, folder, path }) => {
      const bytes = content(LARGE);
      const info = await files.put(bytes);
      const out = join(folder, "o".repeat(255));
      const told: number[] = [];
      writeFileSync(out, "before");
      const onProgress = (done: number, total: number | undefined): void => {
        told.push(done);
        expect(total).toBe(LARGE);
      };
      expect(await files.saveTo(info.id, pathToFileURL(out), { onProgress })).toEqual(info);
      expect(Buffer.compare(readFileSync(out), bytes)).toBe(0);
      expect(told.at(-1)).toBe(LARGE);
      const controller = new AbortController();
      const aborted = files.saveTo(info.id, join(folder, "other"), {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
      const nowhere = files.saveTo(info.id, join(folder, "no", "folder"));
      await expect(nowhere).rejects.toMatchObject({ code: "ENOENT" });
      const beside = readdirSync(folder).filter((name) => !join(folder, name).startsWith(path));
      expect(beside).toEqual([basename(out)]);
    }),
  );

  it(
    "keeps what is said of a file",
    onPlace(target, async ({ files, folder }) => {
      const before = Date.now();
      const fields = { "": "", text: "ä\ud800", n: -1.5, yes: true, none: null, ["__proto__"]: 1 };
      const info = await files.put(content(3), { name: "a/ü.txt", type: "text/plain", fields });
      expect(info).toMatchObject({ name: "a/ü.txt", type: "text/plain", size: 3 });
      expect(Object.entries(info.fields)).toEqual(Object.entries(fields));
      expect(info.created.getTime()).toBeGreaterThanOrEqual(before);
      expect(info.id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(await files.info(info.id)).toEqual(info);
      const plain = await files.put(content(3));
      expect(plain).toMatchObject({ name: "", type: "application/octet-stream", fields: {} });
      writeFileSync(join(folder, "named.bin"), "x");
      expect((await files.put({ path: join(folder, "named.bin") })).name).toBe("named.bin");
    }),
  );

  it(
    "lists by name, in order of bytes, whatever page it comes to",
    onPlace(target, async ({ files }) => {
      const names = [
        "b",
        "a",
        "a",
        "a\u0001",
        "ab",
        "",
        "\u{10000}",
        "\ue000",
        "photos/1",
        "photos/2",
      ];
      for (const name of names) await files.put(content(1), { name });
      const sorted = [
        "",
        "a",
        "a",
        "a\u0001",
        "ab",
        "b",
        "photos/1",
        "photos/2",
        "\ue000",
        "\u{10000}",
      ];
      const all = await listed(files);
      expect(all.map(({ name }) => name)).toEqual(sorted);
      expect(all).toEqual(await Promise.all(all.map(({ id }) => files.info(id))));
      expect(await listed(files, { reverse: true })).toEqual([...all].reverse());
      expect(await listed(files, { prefix: "photos/" })).toEqual(all.slice(6, 8));
      expect(await listed(files, { prefix: "a", limit: 2 })).toEqual(all.slice(1, 3));
      expect(await listed(files, { limit: 0 })).toEqual([]);
      for (const wrong of [{ prefix: 1 }, { limit: -1 }, { reverse: 1 }, { gt: "" }]) {
        expect(() => files.list(wrong as object)).toThrow(TypeError);
      }
      await Promise.all(
        Array.from({ length: 290 }, (_, i) => files.put(content(1), { name: `n${i}` })),
      );
      expect(await listed(files)).toHaveLength(300);
      expect((await listed(files, { reverse: true, limit: 299 })).at(-1)?.name).toBe("a");
      for await (const { id } of files.list()) await files.delete(id);
      expect(await listed(files)).toEqual([]);
    }),
  );

  it(
    "reads a storage that is read-only, with and without files in it",
    onPlace(target, async (place) => {
      const reader = new FileStore(await place.open({ readonly: true }));
      expect(await listed(reader)).toEqual([]);
      expect(await reader.info("x")).toBeUndefined();
      expect((await reader.usage()).files).toBe(0);
      await expect(reader.bytes("x")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
      const info = await place.files.put(content(LARGE));
      expect(await reader.info(info.id)).toEqual(info);
      expect(Buffer.compare(await reader.bytes(info.id), content(LARGE))).toBe(0);
      const refused = { code: "STORAGE_READONLY" };
      let read = false;
      const source = (function* (): Generator<Uint8Array> {
        read = true;
        yield content(1);
      })();
      await expect(reader.put(source)).rejects.toMatchObject(refused);
      expect(read).toBe(false);
      await expect(reader.delete(info.id)).rejects.toMatchObject(refused);
      await expect(reader.delete("x")).rejects.toMatchObject(refused);
      await expect(reader.gc()).rejects.toMatchObject(refused);
    }),
  );

  it(
    "works beside a transaction that was begun by hand, and reads inside of another",
    onPlace(target, async (place) => {
      const { files, storage } = place;
      const info = await files.put(content(10));
      await storage.begin();
      const other = await files.put(content(11));
      await storage.rollback();
      expect(await files.bytes(other.id)).toEqual(content(11));
      await storage.transaction(async () => {
        expect(await files.bytes(info.id)).toEqual(content(10));
        const put = files.put(content(12));
        await expect(put).rejects.toMatchObject({ code: "TRANSACTION_STATE" });
      });
      expect(() => new FileStore(undefined as never)).toThrow(TypeError);
      expect(await keysLeft(place)).toHaveLength(8);
    }),
  );
}

async function change(
  { raw }: Place,
  key: string | undefined,
  make: (chunk: Uint8Array) => Uint8Array,
): Promise<void> {
  const chunk = await raw.getContainerItem(CHUNKS, key as string, asBytes);
  await raw.setContainerItem(CHUNKS, key as string, make(chunk as Uint8Array));
}

function flip(chunk: Uint8Array, at: number): Uint8Array {
  chunk[at] = (chunk[at] as number) ^ 1;
  return chunk;
}
