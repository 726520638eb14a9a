/** The base of all views: versions, who comes first, and transactions that were begun by hand. */
import { json, type Storage, type Transaction } from "@caterpillar/storage-core";
import { type Operations, reserve, withReservation } from "@caterpillar/storage-core/interface";
import { expect } from "vitest";
import { Interface } from "../src/interface.ts";
import { KVStore } from "../src/kv-store.ts";
import { allRefused, type KVTests, refused } from "./kv-place.ts";

const OWNER = "conformance";

/** What an interface of somebody else's looks like: lines, which version 2 stores in capitals. */
class Lines extends Interface {
  /** Which versions were upgraded. */
  readonly upgraded: number[] = [];
  readonly #version: number;

  constructor(on: Storage | Transaction, version = 1, containers: readonly string[] = []) {
    super(on, { name: "lines", owner: OWNER, version, containers: [undefined, ...containers] });
    this.#version = version;
  }

  async add(key: string, line: string): Promise<void> {
    const stored = this.#version === 1 ? line : line.toUpperCase();
    await this.runWrite((on) => on.setContainerItem(this.containerName(), key, stored));
  }

  async all(): Promise<string[]> {
    return await this.runRead<string[]>([], async (on) => {
      const lines: string[] = [];
      for await (const line of on.container(this.containerName()).values()) lines.push(line);
      return lines;
    });
  }

  protected override async upgrade(on: Operations, from: number): Promise<void> {
    this.upgraded.push(from);
    const lines = on.container(this.containerName());
    for await (const [key, line] of lines.entries()) await lines.set(key, line.toUpperCase());
  }
}

const registered = json<{ version: number }>();

async function versionIn(storage: Storage): Promise<number | undefined> {
  return (await storage.getContainerItem("bh_interfaces", "lines", registered))?.version;
}

export const baseTests: KVTests = {
  "the first write brings all containers up; reads do not": async (place) => {
    const storage = await place.create();
    const lines = new Lines(storage, 1, ["index", "more"]);
    expect(await lines.all()).toEqual([]);
    expect(await storage.listContainers()).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, (_, i) => lines.add(`${i}`, "x")));
    expect(await lines.all()).toHaveLength(20);
    expect(await storage.listContainers()).toEqual([
      "bh_interfaces",
      "bh_lines",
      "bh_lines_index",
      "bh_lines_more",
    ]);
  },

  "many who come first at once, on several storages, bring it up together": async (place) => {
    await place.create();
    const storages = await Promise.all(Array.from({ length: 5 }, () => place.open()));
    await Promise.all(
      storages.flatMap((storage, i) =>
        [0, 1].map((j) => new Lines(storage, 1, ["index"]).add(`${i}.${j}`, "x")),
      ),
    );
    expect(await new Lines(storages[0] as Storage).all()).toHaveLength(10);
  },

  "many views of one transaction bring it up together, and a rollback takes it away": async (
    place,
  ) => {
    const storage = await place.create();
    const begun = await storage.begin();
    const views = [new Lines(storage), new Lines(begun), new Lines(storage)];
    await Promise.all(views.map((lines, i) => lines.add(`${i}`, "x")));
    for (const lines of views) expect(await lines.all()).toEqual(["x", "x", "x"]);
    await storage.rollback();
    expect(await storage.listContainers()).toEqual([]);
    await views[0]?.add("again", "y");
    expect(await new Lines(storage).all()).toEqual(["y"]);
  },

  "containers that a newer release of the same version has come into being with its first write that needs them":
    async (place) => {
      const storage = await place.create();
      await new Lines(storage).add("a", "x");
      class More extends Lines {
        async index(key: string): Promise<void> {
          await this.runWrite((on) => on.setContainerItem(this.containerName("index"), key, ""));
        }
      }
      await new More(storage, 1, ["index"]).index("a");
      expect(await storage.getContainerLen("bh_lines_index")).toBe(1);
      expect(await new Lines(storage).all()).toEqual(["x"]);
    },

  "the first write of a newer version upgrades what is there, once, and shuts older code out":
    async (place) => {
      const storage = await place.create();
      await new Lines(storage).add("a", "first");
      await new Lines(storage).add("b", "second");
      const newer = new Lines(storage, 2);
      expect(await newer.all(), "reads find what is stored").toEqual(["first", "second"]);
      expect(await versionIn(storage)).toBe(1);
      await Promise.all([newer.add("c", "third"), newer.add("d", "fourth")]);
      expect(await newer.all()).toEqual(["FIRST", "SECOND", "THIRD", "FOURTH"]);
      await newer.add("e", "fifth");
      await new Lines(storage, 2).add("f", "sixth");
      expect(newer.upgraded).toEqual([1]);
      expect(await versionIn(storage)).toBe(2);
      const older = new Lines(await place.open());
      await allRefused([older.all(), older.add("x", "x")], "STORAGE_VERSION");
    },

  "an upgrade is part of a transaction that was begun by hand, and is rolled back with it": async (
    place,
  ) => {
    const storage = await place.create();
    await new Lines(storage).add("a", "first");
    const newer = new Lines(storage, 2);
    await storage.begin();
    await newer.add("b", "second");
    expect(await newer.all()).toEqual(["FIRST", "SECOND"]);
    await storage.rollback();
    expect(await versionIn(storage)).toBe(1);
    expect(await new Lines(storage).all()).toEqual(["first"]);
    await newer.add("b", "second");
    expect(newer.upgraded).toEqual([1, 1]);
    expect(await newer.all()).toEqual(["FIRST", "SECOND"]);
    expect(await versionIn(storage)).toBe(2);
  },

  "an upgrade that fails changes nothing, and is tried again": async (place) => {
    const storage = await place.create();
    await new Lines(storage).add("a", "first");
    let failing = true;
    class Failing extends Lines {
      protected override async upgrade(on: Operations, from: number): Promise<void> {
        await super.upgrade(on, from);
        if (failing) throw new Error("no upgrade today");
      }
    }
    const newer = new Failing(storage, 2);
    await expect(newer.add("b", "second")).rejects.toThrow("no upgrade today");
    expect(await new Lines(storage).all()).toEqual(["first"]);
    expect(await versionIn(storage)).toBe(1);
    failing = false;
    await newer.add("b", "second");
    expect(await newer.all()).toEqual(["FIRST", "SECOND"]);
  },

  "where nothing may be written, nothing is upgraded": async (place) => {
    const storage = await place.create();
    await new Lines(storage).add("a", "first");
    const newer = new Lines(await place.open({ readonly: true }), 2);
    expect(await newer.all()).toEqual(["first"]);
    await refused(newer.add("b", "second"), "STORAGE_READONLY");
    expect(await versionIn(storage)).toBe(1);
  },

  "what was called in a begun transaction ends with it": async (place) => {
    const storage = await place.create();
    const kv = new KVStore(storage);
    const first = async (): Promise<void> => {
      await storage.begin();
      const calls = [
        kv.set("a", "1"),
        kv.setMany({ b: "1" }),
        kv.update("c", async () => "1"),
        kv.namespace("n").set("d", "1"),
        new Lines(storage).add("e", "1"),
      ];
      const settled = Promise.allSettled(calls);
      await storage.rollback();
      for (const outcome of await settled) {
        if (outcome.status === "rejected") {
          expect(outcome.reason).toMatchObject({ code: "TRANSACTION_STATE" });
        }
      }
    };
    await first();
    expect(await storage.listContainers(), "at the first use").toEqual([]);
    await kv.set("x", "1");
    await new Lines(storage).add("x", "1");
    await first();
    expect(await kv.getMany(["a", "b", "c"]), "when all is there").toEqual([
      ["a", undefined],
      ["b", undefined],
      ["c", undefined],
    ]);
    expect(await kv.namespaces()).toEqual([]);
    expect(await new Lines(storage).all()).toEqual(["1"]);
  },

  "what was called before a transaction was begun is no part of it": async (place) => {
    const storage = await place.create();
    await new KVStore(storage).set("x", "1");
    for (const kv of [new KVStore(storage), new KVStore(storage)]) {
      const set = kv.set("a", "1");
      await storage.begin();
      await set;
      await storage.rollback();
      expect(await kv.get("a")).toBe("1");
      await kv.delete("a");
    }
  },

  "what a begun transaction has shown is looked at again when it was rolled back": async (
    place,
  ) => {
    const storage = await place.create();
    await new Lines(storage).add("a", "first");
    const newer = new Lines(storage, 2);
    await storage.begin();
    await newer.add("b", "second");
    const late = Promise.allSettled([newer.all()]);
    await storage.rollback();
    await late;
    await newer.add("c", "third");
    expect(await newer.all()).toEqual(["FIRST", "THIRD"]);
    expect(await versionIn(storage)).toBe(2);
  },

  "what was not there at the first look is looked at again": async (place) => {
    const storage = await place.create();
    const lines = new Lines(storage);
    expect(await lines.all()).toEqual([]);
    await new Lines(await place.open(), 2).add("a", "first");
    await allRefused([lines.add("b", "second"), lines.all()], "STORAGE_VERSION");
    expect(await new Lines(storage, 2).all()).toEqual(["FIRST"]);
  },

  "two views of one transaction upgrade it once": async (place) => {
    const storage = await place.create();
    await new Lines(storage).add("a", "first");
    await storage.transaction(async (tx) => {
      const views = [new Lines(tx, 2), new Lines(tx, 2)];
      await Promise.all(views.map((lines, i) => lines.add(`b${i}`, "x")));
      expect(views.flatMap(({ upgraded }) => upgraded)).toEqual([1]);
    });
    expect(await new Lines(storage, 2).all()).toEqual(["FIRST", "X", "X"]);
  },

  "who calls inside of transaction() waits for nobody outside": async (place) => {
    const storage = await place.create();
    await new KVStore(storage).set("a", "1");
    const kv = new KVStore(storage);
    const gate = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    const outside = (async () => {
      await gate.promise;
      const calls = [storage.clear(), kv.get("a")];
      called.resolve();
      return await Promise.all(calls);
    })();
    await storage.transaction(async () => {
      gate.resolve();
      await called.promise;
      expect(await kv.get("a")).toBe("1");
      await refused(kv.set("b", "1"), "TRANSACTION_STATE");
    });
    expect(await outside).toEqual([undefined, undefined]);
  },

  "the name is its owner's, in the process and in a storage": async (place) => {
    const storage = await place.create();
    const lines = new Lines(storage);
    for (const name of ["lines", "kv", "files", "interfaces"]) {
      expect(() => reserve(name, "somebody else")).toThrow(
        expect.objectContaining({ code: "RESERVED_NAME" }),
      );
    }
    const other = withReservation(storage, reserve("lines-too", OWNER));
    await refused(other.addContainer("bh_lines"), "RESERVED_NAME");
    await refused(other.addContainer("bh_lines_index"), "RESERVED_NAME");
    await lines.add("a", "x");
    await refused(other.setContainerItem("bh_lines", "a", "y"), "RESERVED_NAME");
    expect(await lines.all()).toEqual(["x"]);
  },
};
