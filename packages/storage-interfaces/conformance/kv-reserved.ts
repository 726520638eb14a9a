/** Whose the containers are, and what becomes of a KVStore where they are missing, older, newer or somebody else's. */
import { json } from "@caterpillar/storage-core";
import { reserve, withReservation } from "@caterpillar/storage-core/interface";
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import { allRefused, entriesOf, type KVTests, listOf, refused } from "./kv-place.ts";

const OWNER = "@caterpillar/storage-interfaces";

const registered = json<{ owner: string; version: number }>();

export const reservedTests: KVTests = {
  "its containers are read by anybody, and written to by nobody else": async (place) => {
    const storage = await place.create();
    await refused(storage.addContainer("bh_kv"), "RESERVED_NAME");
    const kv = new KVStore(storage);
    await kv.set("k", "v");
    await kv.namespace("n").set("k", "v");
    for (const container of ["bh_kv", "bh_kv_1.n"]) {
      await refused(storage.setContainerItem(container, "k", "x"), "RESERVED_NAME");
      await refused(storage.deleteContainerItem(container, "k"), "RESERVED_NAME");
      await refused(storage.clearContainer(container), "RESERVED_NAME");
      await refused(storage.deleteContainer(container), "RESERVED_NAME");
      expect(await storage.hasContainerItem(container, "k")).toBe(true);
    }
    await refused(storage.addContainer("bh_kv_1.m"), "RESERVED_NAME");
    await storage.transaction((tx) =>
      refused(tx.setContainerItem("bh_kv", "k", "x"), "RESERVED_NAME"),
    );
    expect(await entriesOf(kv)).toEqual([["k", "v"]]);
  },

  "two views of one storage, and of two, see each other's writes": async (place) => {
    const storage = await place.create();
    const views = [new KVStore(storage), new KVStore(storage), new KVStore(await place.open())];
    await Promise.all(views.map((kv, i) => kv.set(i, i)));
    for (const kv of views)
      expect(await entriesOf(kv)).toEqual([
        ["0", "0"],
        ["1", "1"],
        ["2", "2"],
      ]);
  },

  "what storage.clear() takes away comes back with the next write": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const view = kv.namespace("n");
    const beside = new KVStore(await place.open());
    const writes: ((to: KVStore) => Promise<unknown>)[] = [
      (to) => to.set("k", "v"),
      (to) => to.setMany({ k: "v" }),
      (to) => to.update("k", async () => "v"),
    ];
    for (const write of writes) {
      for (const to of [kv, view, beside]) {
        await kv.set("old", "v");
        await view.set("old", "v");
        await storage.clear();
        expect([await kv.get("old"), await view.get("old"), await beside.count()]).toEqual([
          undefined,
          undefined,
          0,
        ]);
        await storage.clear();
        expect([await kv.delete("old"), await view.delete("old"), await kv.clear()]).toEqual([
          false,
          false,
          undefined,
        ]);
        await storage.clear();
        await write(to);
        expect(await entriesOf(to)).toEqual([["k", "v"]]);
        expect(await storage.listContainers()).toEqual(
          to === view ? ["bh_interfaces", "bh_kv", "bh_kv_1.n"] : ["bh_interfaces", "bh_kv"],
        );
      }
    }
    expect(await storage.getContainerItem("bh_interfaces", "kv", registered)).toEqual({
      owner: OWNER,
      version: 1,
    });
  },

  "a walk that has begun goes on over what storage.clear() takes away; one that begins then is empty":
    async (place) => {
      const storage = await place.create();
      const kv = new KVStore(storage);
      await kv.setMany({ a: "1", b: "2" });
      const begun = kv.keys();
      const later = kv.keys();
      await begun.next();
      await storage.clear();
      expect((await begun.next()).value).toBe("b");
      expect(await later.next()).toEqual({ done: true, value: undefined });
    },

  "a read-only storage that never had it reads as empty, and refuses to write": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(await place.open({ readonly: true }));
    expect([await kv.get("k"), await kv.getBytes("k"), await kv.info("k")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([await kv.has("k"), await kv.count(), await kv.size()]).toEqual([false, 0, 0]);
    expect(await kv.getMany(["k"])).toEqual([["k", undefined]]);
    expect(await kv.getOrDefault("k", "x")).toBe("x");
    expect([await entriesOf(kv), await kv.namespaces()]).toEqual([[], []]);
    expect([await listOf(kv.keys()), await listOf(kv.values())]).toEqual([[], []]);
    const writes = [
      kv.set("k", "v"),
      kv.setBytes("k", new Uint8Array(1)),
      kv.setMany({ k: "v" }),
      kv.setIfAbsent("k", "v"),
      kv.update("k", () => "v"),
      kv.update("k", async () => "v"),
      kv.delete("k"),
      kv.deleteMany(["k"]),
      kv.clear(),
    ];
    await allRefused(writes, "STORAGE_READONLY");
    expect(await storage.listContainers()).toEqual([]);
    await new KVStore(storage).set("k", "v");
    expect(await kv.get("k"), "what somebody else has written since").toBe("v");
  },

  "a read-only storage and a read-only transaction read what is there": async (place) => {
    const storage = await place.create();
    await new KVStore(storage).set("k", "v");
    const reader = await place.open({ readonly: true });
    const kv = new KVStore(reader);
    expect([await kv.get("k"), await entriesOf(kv)]).toEqual(["v", [["k", "v"]]]);
    for (const on of [storage, reader]) {
      await on.transaction(
        async (tx) => {
          expect(await kv.in(tx).get("k")).toBe("v");
          await refused(kv.in(tx).set("k", "x"), "STORAGE_READONLY");
          await refused(kv.in(tx).setMany({ k: "x" }), "STORAGE_READONLY");
        },
        { readonly: true },
      );
    }
    expect(await kv.get("k")).toBe("v");
  },

  "a storage in which a newer version has been is refused": async (place) => {
    const storage = await place.create();
    await new KVStore(storage).set("k", "v");
    await register(storage, { owner: OWNER, version: 2 });
    const kv = new KVStore(storage);
    await allRefused(
      [
        kv.get("k"),
        kv.set("k", "x"),
        kv.setMany({ k: "x" }),
        kv.clear(),
        kv.namespaces(),
        kv.keys().next(),
        kv.namespace("n").get("k"),
      ],
      "STORAGE_VERSION",
    );
    await register(storage, { owner: OWNER, version: 1 });
    expect(await kv.get("k"), "looked at again").toBe("v");
  },

  "a storage in which another owner's interface has the name is refused": async (place) => {
    const storage = await place.create();
    await new KVStore(storage).set("k", "v");
    await register(storage, { owner: "somebody-else", version: 1 });
    const kv = new KVStore(storage);
    await allRefused(
      [kv.get("k"), kv.set("k", "x"), kv.update("k", async () => "x"), kv.entries().next()],
      "RESERVED_NAME",
    );
    expect(() => reserve("kv", "somebody-else")).toThrow(
      expect.objectContaining({ code: "RESERVED_NAME" }),
    );
  },

  "what is no record of this version is an error, not a value": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    await kv.set("other", "v");
    const within = withReservation(storage, reserve("kv", OWNER));
    for (const record of ["", "x", `\x02${"x".repeat(30)}`, `\x01${"x".repeat(15)}`]) {
      await within.setContainerItem("bh_kv", "k", record);
      await allRefused([kv.get("k"), kv.getBytes("k"), kv.info("k"), kv.set("k", "v")], "ENCODING");
    }
    expect(await kv.get("other")).toBe("v");
    await kv.deleteMany(["k"]);
    await kv.set("k", "v");
  },
};

async function register(
  storage: Parameters<typeof withReservation>[0],
  what: { owner: string; version: number },
): Promise<void> {
  const within = withReservation(storage, reserve("interfaces", OWNER));
  await within.container("bh_interfaces", { encoding: registered }).set("kv", what);
}
