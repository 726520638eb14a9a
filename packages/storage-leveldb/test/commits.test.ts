import { join } from "node:path";
import type { Storage } from "@caterpillar/storage-core";
import type {
  ContainerChanges,
  Engine,
  MaybePromise,
  Snapshot,
} from "@caterpillar/storage-core/driver";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { describe, expect, it } from "vitest";
import { testFolder } from "./fixtures/folder.ts";
import { countClears, watchSyncs } from "./fixtures/level-calls.ts";
import { all, engineOf, entries, newStorage } from "./fixtures/storages.ts";

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Which version each container's first and last item are of, all in one snapshot, which is pinned at the call. */
async function edgesOf(storage: Storage): Promise<string[]> {
  return await storage.transaction(
    async (tx) => {
      const edges: string[] = [];
      for (const container of ["left", "right"]) {
        for (const reverse of [false, true]) {
          edges.push(...(await all(tx.container(container).values({ limit: 1, reverse }))));
        }
      }
      return edges;
    },
    { readonly: true },
  );
}

/** The versions of all items of a container, as of the call, however long it takes. */
async function versionsIn(storage: Storage, container: string): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for await (const value of storage.container(container).values()) {
    versions.set(value, (versions.get(value) ?? 0) + 1);
  }
  return versions;
}

/**
 * LevelDB's `clear` deletes a few hundred keys at a time: whoever looked meanwhile saw a container that was half there, and a process
 * that died meanwhile left it like that.
 */
it("a commit that clears large containers and fills them again is seen as a whole or not at all", async () => {
  const ITEMS = 10_000;
  await using writer = await newStorage();
  await using reader = await LevelStorage.open(writer.path);
  const clears = countClears();
  const write = (version: number): Promise<void> =>
    writer.transaction(async (tx) => {
      for (const container of ["left", "right"]) {
        if (version === 0) await tx.addContainer(container);
        else await tx.clearContainer(container);
        const items = entries(ITEMS, () => `${version}`);
        // The last key is the same each time; the others are new, so that those of the version before must go.
        await tx.setContainerItems(
          container,
          items.map(([key, value], i) => [i === ITEMS - 1 ? "z" : `${version}${key}`, value]),
        );
      }
    });
  await write(0);
  const seen = new Set<string>();
  const walks: Promise<Map<string, number>>[] = [];
  for (let version = 1; version <= 5; version++) {
    let writing = true;
    const written = write(version).finally(() => {
      writing = false;
    });
    // These go on while later versions are written.
    walks.push(versionsIn(reader, "left"), versionsIn(reader, "right"));
    while (writing) {
      seen.add((await edgesOf(reader)).join(" "));
      await nextTurn();
    }
    await written;
    seen.add((await edgesOf(reader)).join(" "));
  }
  const whole = Array.from({ length: 6 }, (_, version) => Array(4).fill(version).join(" "));
  expect([...seen]).toEqual(whole);
  for (const versions of await Promise.all(walks)) expect([...versions.values()]).toEqual([ITEMS]);
  await writer.clearContainer("left");
  await writer.clear();
  expect(clears.count).toBe(0);
});

/** Whoever writes a large commit in several batches shows the first ones, and leaves them where the next one fails. */
describe("while a commit is prepared", () => {
  async function engineWithOld(): Promise<Engine> {
    const storage = await newStorage();
    await storage.setContainerItems(
      "c",
      entries(3000, () => "old"),
    );
    await storage.close();
    return await engineOf(storage.path);
  }

  function replace(items: () => Iterator<readonly [string, string]>): ContainerChanges[] {
    return [
      { container: "c", action: "clear", size: 10_000, entries: { [Symbol.iterator]: items } },
    ];
  }

  async function valuesIn(snapshot: Snapshot): Promise<Map<unknown, number>> {
    const range = { start: "", end: undefined, reverse: false, limit: 20_000, bytes: 1 << 30 };
    const { items } = await snapshot.page("c", range, "text");
    const values = new Map<unknown, number>();
    for (const [, value] of items) values.set(value, (values.get(value) ?? 0) + 1);
    await snapshot.close();
    return values;
  }

  it("every snapshot shows what was there before, and all of that", async () => {
    const engine = await engineWithOld();
    const pinned: MaybePromise<Snapshot>[] = [];
    const changes = replace(function* () {
      for (const [i, entry] of entries(10_000, () => "new").entries()) {
        if (i % 250 === 0) pinned.push(engine.snapshot("power-loss"));
        yield entry;
      }
    });
    await engine.write(changes, { base: undefined, durability: "power-loss" });
    const after = await engine.snapshot("power-loss");
    expect(await valuesIn(after)).toEqual(new Map([["new", 10_000]]));
    for (const snapshot of pinned) {
      expect(await valuesIn(await snapshot)).toEqual(new Map([["old", 3000]]));
    }
    expect(pinned).toHaveLength(40);
    await engine.close();
  });

  it("a failure leaves nothing of it", async () => {
    const engine = await engineWithOld();
    const failing = replace(function* () {
      yield* entries(9000, () => "new");
      throw new Error("no more");
    });
    const options = { base: undefined, durability: "power-loss" } as const;
    await expect(engine.write(failing, options)).rejects.toThrow("no more");
    expect(await valuesIn(await engine.snapshot("power-loss"))).toEqual(new Map([["old", 3000]]));
    const changes = replace(() => entries(2, () => "newer")[Symbol.iterator]());
    await engine.write(changes, options);
    expect(await valuesIn(await engine.snapshot("power-loss"))).toEqual(new Map([["newer", 2]]));
    await engine.close();
  });
});

/** Without `sync` LevelDB leaves what it was told to write to the operating system, and forgets it when the power fails. */
it("a commit is synced where it is to survive the loss of power, and not where it need not", async () => {
  const path = join(testFolder(), "db");
  await using power = await newStorage(path);
  await using crash = await LevelStorage.open(path, { durability: "process-crash" });
  await using both = await LevelStorage.open(path, { durability: "power-loss" });
  const syncs = watchSyncs();
  const synced = async (...writes: Promise<unknown>[]): Promise<boolean[]> => {
    await Promise.all(writes);
    return syncs.splice(0);
  };
  for (let i = 0; i < 3; i++) {
    expect(await synced(power.setContainerItem("c", "a", i))).toEqual([true]);
    expect(await synced(crash.setContainerItem("c", "a", i))).toEqual([false]);
    expect(await synced(power.transaction((tx) => tx.setContainerItem("c", "b", i)))).toEqual([
      true,
    ]);
    expect(await synced(crash.transaction((tx) => tx.setContainerItem("c", "b", i)))).toEqual([
      false,
    ]);
    for (const storage of [crash, both]) {
      await storage.begin();
      await storage.setContainerItem("c", "d", i);
      expect(await synced(storage.commit())).toEqual([storage === both]);
    }
    // Those that wait together are one commit, which is as safe as the most careful of them asks.
    const together = [crash, power, both].map((storage) => storage.setContainerItem("c", "e", i));
    expect(await synced(...together)).toEqual([true]);
    const careless = [crash.setContainerItem("c", "f", i), crash.setContainerItem("c", "g", i)];
    expect(await synced(...careless)).toEqual([false]);
  }
});

/** A storage that is created must not be gone after the loss of power either, whatever its first storage asked for. */
it("a new storage is synced", async () => {
  const syncs = watchSyncs();
  const path = join(testFolder(), "db");
  await using _ = await LevelStorage.open(path, { create: true, durability: "process-crash" });
  expect(syncs).toEqual([true]);
});

/** classic-level copies what it is to write in the thread that calls it: fifty thousand items at once keep every timer waiting. */
it("while a large commit is prepared the event loop turns, and others read", async () => {
  const storage = await newStorage();
  await storage.setContainerItem("c", "other", "value");
  await storage.close();
  const engine = await engineOf(storage.path);
  let [turns, reads] = [0, 0];
  let going = true;
  const turn = async (): Promise<void> => {
    while (going) {
      const snapshot = await engine.snapshot("process-crash");
      await snapshot.has("c");
      if ((await snapshot.get("c", "other", "text")) === "value") reads++;
      await snapshot.close();
      await nextTurn();
      turns++;
    }
  };
  const seen = { first: { turns: 0, reads: 0 }, last: { turns: 0, reads: 0 } };
  const items: [string, string][] = entries(50_000, (i) => `value ${i}`);
  const changes: ContainerChanges = {
    container: "c",
    action: "keep",
    size: items.length,
    entries: (function* () {
      seen.first = { turns, reads };
      yield* items;
      seen.last = { turns, reads };
    })(),
  };
  const turning = turn();
  await engine.write([changes], { base: undefined, durability: "process-crash" });
  going = false;
  await turning;
  expect(seen.last.turns - seen.first.turns).toBeGreaterThan(3);
  expect(seen.last.reads - seen.first.reads).toBeGreaterThan(3);
  await engine.close();
  await using reopened = await LevelStorage.open(storage.path);
  expect(await reopened.getContainerLen("c")).toBe(50_001);
});
