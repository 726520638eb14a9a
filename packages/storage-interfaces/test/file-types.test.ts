import { Readable } from "node:stream";
import type { Storage, Transaction } from "@caterpillar/storage-core";
import { describe, expectTypeOf, it } from "vitest";
import type { Collected } from "../src/file-gc.ts";
import type { FileInfo } from "../src/file-list.ts";
import { FileStore } from "../src/file-store.ts";
import type { FileUsage } from "../src/file-usage.ts";

/** Compiled, and never run. */
async function use(files: FileStore, storage: Storage, tx: Transaction): Promise<void> {
  expectTypeOf(new FileStore(storage)).toEqualTypeOf<FileStore>();
  // @ts-expect-error a file is written in many transactions
  new FileStore(tx);

  expectTypeOf(files.put(new Uint8Array(1))).resolves.toEqualTypeOf<FileInfo>();
  await files.put(Buffer.from("x"), { name: "x", type: "text/plain", fields: { a: 1, b: null } });
  await files.put({ path: "a" });
  await files.put({ path: new URL("file:///a") }, { name: undefined });
  await files.put(new Blob([]).stream());
  await files.put(Readable.from([]));
  await files.put([new Uint8Array(1)]);
  await files.put(
    (async function* () {
      yield new Uint8Array(1);
    })(),
  );
  await files.put(files.read("id"));
  // @ts-expect-error text may be a path or content
  await files.put("text");
  // @ts-expect-error pieces are bytes
  await files.put(["text"]);
  // @ts-expect-error a number is no source
  await files.put(1);
  // @ts-expect-error fields are flat
  await files.put(new Uint8Array(1), { fields: { a: { b: 1 } } });
  // @ts-expect-error there is no such option
  await files.put(new Uint8Array(1), { nmae: "x" });
  await files.put(new Uint8Array(1), {
    onProgress(bytes, total) {
      expectTypeOf(bytes).toEqualTypeOf<number>();
      expectTypeOf(total).toEqualTypeOf<number | undefined>();
    },
  });

  expectTypeOf(files.info("id")).resolves.toEqualTypeOf<FileInfo | undefined>();
  expectTypeOf(files.read("id")).toEqualTypeOf<ReadableStream<Uint8Array<ArrayBuffer>>>();
  new Response(files.read("id", { start: 1, end: 2 }));
  expectTypeOf(files.bytes("id", { end: 2 })).resolves.toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  expectTypeOf(files.saveTo("id", "path")).resolves.toEqualTypeOf<FileInfo>();
  expectTypeOf(files.delete("id")).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(files.gc({ graceMs: 0 })).resolves.toEqualTypeOf<Collected>();
  expectTypeOf(files.usage()).resolves.toEqualTypeOf<FileUsage>();
  for await (const info of files.list({ prefix: "a", reverse: true, limit: 1 })) {
    expectTypeOf(info).toEqualTypeOf<FileInfo>();
    expectTypeOf(info.created).toEqualTypeOf<Date>();
    // @ts-expect-error what is told of a file is a copy, and fixed
    info.name = "other";
  }
  // @ts-expect-error an id is a string
  await files.info(1);
  // @ts-expect-error files are listed by name
  files.list({ gt: "a" });
}

describe("the types of a file store", () => {
  it("are compiled", () => {
    expectTypeOf(use).returns.resolves.toBeVoid();
  });
});
