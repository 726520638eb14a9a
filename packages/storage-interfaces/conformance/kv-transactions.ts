/** Within transactions: of transaction(), and of begin(). */
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import { allRefused, clockTick, entriesOf, type KVTests, refused } from "./kv-place.ts";

/** One of each kind of write, also those that take several steps. */
async function writeAll(kv: KVStore): Promise<void> {
  await kv.set("set", "1");
  await kv.setBytes("bytes", Buffer.from("2"));
  await kv.setMany({ many: "3" });
  await kv.setIfAbsent("absent", "4");
  await kv.update("update", () => "5");
  await kv.update("later", async () => "6");
  await kv.delete("old");
  await kv.deleteMany(["older"]);
  await kv.namespace("n").set("k", "7");
  await kv.namespace("cleared").clear();
}

const BEFORE = [
  ["old", "x"],
  ["older", "x"],
];

const AFTER = [
  ["absent", "4"],
  ["bytes", "2"],
  ["later", "6"],
  ["many", "3"],
  ["set", "1"],
  ["update", "5"],
];

async function seeded(kv: KVStore): Promise<void> {
  await kv.setMany({ old: "x", older: "x" });
  await kv.namespace("cleared").set("k", "x");
}

async function expectBefore(kv: KVStore): Promise<void> {
  expect(await entriesOf(kv)).toEqual(BEFORE);
  expect(await kv.namespaces()).toEqual(["cleared"]);
  expect(await kv.namespace("cleared").count()).toBe(1);
}

async function expectAfter(kv: KVStore): Promise<void> {
  expect(await entriesOf(kv)).toEqual(AFTER);
  expect(await kv.namespaces()).toEqual(["cleared", "n"]);
  expect(await kv.namespace("n").get("k")).toBe("7");
  expect(await kv.namespace("cleared").count()).toBe(0);
}

export const transactionTests: KVTests = {
  "in(tx) is part of the transaction, and commits with it": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await seeded(kv);
    await storage.addContainer("other");
    await storage.transaction(async (tx) => {
      const view = kv.in(tx);
      await writeAll(view);
      await tx.setContainerItem("other", "k", "v");
      await expectAfter(view);
      await expectBefore(kv);
    });
    await expectAfter(kv);
    expect(await storage.getContainerItem("other", "k")).toBe("v");
  },

  "in(tx) rolls back with the transaction": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await seeded(kv);
    const failure = new Error("roll back");
    const failed = storage.transaction(async (tx) => {
      await writeAll(kv.in(tx));
      throw failure;
    });
    await expect(failed).rejects.toBe(failure);
    await expectBefore(kv);
  },

  "the first use may be in a transaction, and be rolled back": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const tx = await storage.begin();
    await writeAll(kv.in(tx));
    await kv.set("on the storage", "x");
    await tx.rollback();
    expect(await storage.listContainers()).toEqual([]);
    await seeded(kv);
    await expectBefore(kv);
  },

  "on a storage that has begun a transaction, all calls are part of it": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const beside = new KVStore(await place.open());
    await seeded(kv);
    await storage.begin();
    await writeAll(kv);
    await expectAfter(kv);
    await expectBefore(beside);
    await storage.rollback();
    await expectBefore(kv);
    await storage.begin();
    await writeAll(kv);
    await storage.commit();
    await expectAfter(kv);
    await expectAfter(beside);
  },

  "what a begun transaction has made is there inside of another transaction() too": async (
    place,
  ) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const other = await place.open();
    await seeded(kv);
    const begun = await storage.begin();
    const end = new Error("roll back");
    const inside = other.transaction(async () => {
      await writeAll(kv);
      throw end;
    });
    await expect(inside).rejects.toBe(end);
    await expectAfter(kv);
    await begun.commit();
    await expectAfter(kv);
  },

  "a transaction sees its snapshot, and conflicts where somebody was quicker": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const beside = new KVStore(await place.open());
    await kv.set("k", "1");
    await storage.begin();
    await beside.set("k", "2");
    expect(await kv.get("k")).toBe("1");
    await kv.update("k", (current) => `${current}!`);
    await refused(storage.commit(), "TRANSACTION_CONFLICT");
    expect(await kv.get("k")).toBe("2");
  },

  "a method that fails leaves the transaction usable, with nothing of it written": async (
    place,
  ) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await storage.transaction(async (tx) => {
      const view = kv.in(tx);
      await view.set("a", "1");
      await refused(
        view.setMany([
          ["a", "2"],
          ["k".repeat(1025), "x"],
        ]),
        "LIMIT",
      );
      await refused(view.set("a", {} as never), "TypeError");
      await expect(view.update("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      await view.set("b", "1");
    });
    expect(await entriesOf(kv)).toEqual([
      ["a", "1"],
      ["b", "1"],
    ]);
  },

  "inside of transaction() the storage's own dictionary reads what is committed, and writes nothing":
    async (place) => {
      const storage = await place.create();
      const kv = new KVStore(storage);
      await kv.set("k", "1");
      await storage.transaction(async (tx) => {
        await kv.in(tx).set("k", "2");
        expect(await kv.get("k")).toBe("1");
        const writes = [
          kv.set("k", "3"),
          kv.setMany({ k: "3" }),
          kv.update("k", () => "3"),
          kv.update("k", async () => "3"),
          kv.delete("k"),
          kv.clear(),
          kv.namespace("n").set("k", "3"),
        ];
        await allRefused(writes, "TRANSACTION_STATE");
      });
      expect(await kv.get("k")).toBe("2");
      expect(await kv.namespaces()).toEqual([]);
    },

  "after the end of its transaction, every method rejects": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const tx = await storage.begin();
    const view = kv.in(tx);
    await view.set("k", "1");
    const walk = view.keys();
    await tx.commit();
    const calls = [
      view.get("k"),
      view.set("k", "2"),
      view.setMany({ k: "2" }),
      view.update("k", async () => "2"),
      walk.next(),
    ];
    await allRefused(calls, "TRANSACTION_STATE");
    expect(await kv.get("k")).toBe("1");
  },

  "within a transaction created survives an overwrite, and is new after a delete": async (
    place,
  ) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await kv.setMany({ kept: "1", gone: "1" });
    const first = await kv.info("kept");
    await clockTick();
    await storage.transaction(async (tx) => {
      const view = kv.in(tx);
      await view.delete("gone");
      await view.setMany({ kept: "2", gone: "2" });
    });
    expect((await kv.info("kept"))?.created).toEqual(first?.created);
    expect(Number((await kv.info("gone"))?.created)).toBeGreaterThan(Number(first?.created));
  },
};
