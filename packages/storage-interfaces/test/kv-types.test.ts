/** What compiles and what does not; `tsc -p tsconfig.test.json` checks it, and nothing of it runs. */
import type { Storage, Transaction } from "@caterpillar/storage-core";
import { expectTypeOf, it } from "vitest";
import type { KVInfo } from "../src/kv-reader.ts";
import { KVStore } from "../src/kv-store.ts";

declare const kv: KVStore;
declare const storage: Storage;
declare const tx: Transaction;

it("answers are precise", () => {
  const answers = () => {
    expectTypeOf(kv.get("k")).toEqualTypeOf<Promise<string | undefined>>();
    expectTypeOf(kv.getBytes("k")).toEqualTypeOf<Promise<Uint8Array | undefined>>();
    expectTypeOf(kv.getMany(["k"])).toEqualTypeOf<
      Promise<[key: string, value: string | undefined][]>
    >();
    expectTypeOf(kv.getOrDefault("k", "x")).toEqualTypeOf<Promise<string>>();
    expectTypeOf(kv.getOrDefault("k", null)).toEqualTypeOf<Promise<string | null>>();
    expectTypeOf(kv.getOrDefault("k", 1)).toEqualTypeOf<Promise<string | number>>();
    expectTypeOf(kv.has("k")).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(kv.info("k")).toEqualTypeOf<Promise<KVInfo | undefined>>();
    expectTypeOf<KVInfo>().toEqualTypeOf<{
      readonly created: Date;
      readonly updated: Date;
      readonly size: number;
    }>();
    expectTypeOf(kv.count()).toEqualTypeOf<Promise<number>>();
    expectTypeOf(kv.size()).toEqualTypeOf<Promise<number>>();
    expectTypeOf(kv.namespaces()).toEqualTypeOf<Promise<string[]>>();
    expectTypeOf(kv.set("k", "v")).toEqualTypeOf<Promise<void>>();
    expectTypeOf(kv.setIfAbsent("k", "v")).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(kv.delete("k")).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(kv.keys()).toEqualTypeOf<AsyncIterableIterator<string, undefined, undefined>>();
    expectTypeOf(kv.values()).toEqualTypeOf<AsyncIterableIterator<string, undefined, undefined>>();
    type Entries = AsyncIterableIterator<[key: string, value: string], undefined, undefined>;
    expectTypeOf(kv.entries({ prefix: "a" })).toEqualTypeOf<Entries>();
    expectTypeOf(kv[Symbol.asyncIterator]()).toEqualTypeOf<Entries>();
    expectTypeOf(kv.namespace("n")).toEqualTypeOf<KVStore>();
    expectTypeOf(kv.in(tx)).toEqualTypeOf<KVStore>();
    expectTypeOf(new KVStore(storage)).toEqualTypeOf<KVStore>();
    expectTypeOf(new KVStore(tx)).toEqualTypeOf<KVStore>();
  };
  expectTypeOf(answers).toBeFunction();
});

it("update() answers what its function answers", () => {
  const answers = (text: string, maybe: string | undefined) => {
    expectTypeOf(kv.update("k", () => text)).toEqualTypeOf<Promise<string>>();
    expectTypeOf(kv.update("k", async () => text)).toEqualTypeOf<Promise<string>>();
    expectTypeOf(kv.update("k", () => maybe)).toEqualTypeOf<Promise<string | undefined>>();
    expectTypeOf(kv.update("k", async () => maybe)).toEqualTypeOf<Promise<string | undefined>>();
    expectTypeOf(kv.update("k", () => undefined)).toEqualTypeOf<Promise<undefined>>();
    void kv.update("k", (current) => {
      expectTypeOf(current).toEqualTypeOf<string | undefined>();
      return current;
    });
    // @ts-expect-error a number is no text
    void kv.update("k", () => 1);
    // @ts-expect-error nor is null
    void kv.update("k", () => null);
    // @ts-expect-error nor is an object, also later
    void kv.update("k", async () => ({}));
  };
  expectTypeOf(answers).toBeFunction();
});

it("what is no text and no key does not compile", () => {
  const calls = () => {
    void kv.set("k", 1);
    void kv.set("k", 1n);
    void kv.set(true, false);
    // @ts-expect-error an object is no value
    void kv.set("k", {});
    // @ts-expect-error nor is null
    void kv.set("k", null);
    // @ts-expect-error nor is undefined: delete() deletes
    void kv.set("k", undefined);
    // @ts-expect-error bytes are for setBytes()
    void kv.set("k", new Uint8Array(1));
    // @ts-expect-error text is for set()
    void kv.setBytes("k", "text");
    // @ts-expect-error an object is no key
    void kv.get({});
    // @ts-expect-error nor is undefined
    void kv.has(undefined);
    // @ts-expect-error a list of pairs, not of keys
    void kv.setMany(["k"]);
    // @ts-expect-error each value is text
    void kv.setMany({ k: null });
    void kv.setMany({ k: "v", n: 1 });
    void kv.setMany(new Map([["k", "v"]]));
    // @ts-expect-error one key is no list of keys
    void kv.getMany(1);
    // @ts-expect-error a range has no such bound
    void kv.keys({ from: "a" });
    // @ts-expect-error a name is text
    void kv.namespace(1);
    // @ts-expect-error a transaction, not a storage
    void kv.in(storage);
    // @ts-expect-error an open storage, not its path
    new KVStore("path");
  };
  expectTypeOf(calls).toBeFunction();
});
