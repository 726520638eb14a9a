/** What an ordered engine leaves in its store; what callers see of it, the kit tests on every driver that stands on it. */
import type {
  ContainerChanges,
  Engine,
  OrderedStore,
  Page,
} from "@caterpillar/storage-core/driver";
import { formatStore, orderedEngine, StorageBusyError } from "@caterpillar/storage-core/driver";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../src/memory-store.ts";

const ALL = { start: "", end: undefined, reverse: false, limit: Infinity, bytes: Infinity };
const NOTHING = { base: undefined, durability: "process-crash" } as const;

function keysOf(store: MemoryStore): string[] {
  return (store.snapshot().keys(ALL) as Page<string>).items as string[];
}

function change(
  container: string,
  action: ContainerChanges["action"],
  entries: readonly (readonly [string, string | null])[] = [],
): ContainerChanges {
  return { container, action, entries, size: entries.length };
}

function many(count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => [`k${i}`, "v"]);
}

async function newStore(): Promise<MemoryStore> {
  const store = new MemoryStore();
  await formatStore(store);
  return store;
}

/** Lets the event loop turn until the condition holds. Vitest's timeout ends one that never does. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const isItem = (key: string): boolean => key.startsWith("d");
const isGarbage = (key: string): boolean => key.startsWith("g");

describe("containers that are cleared and deleted", () => {
  it("take one step whatever they hold, and their items are collected later", async () => {
    const store = await newStore();
    const engine = await orderedEngine(store, "test");
    await engine.write(
      [change("a", "create", many(3000)), change("b", "create", many(3000))],
      NOTHING,
    );
    const [a, b] = [change("a", "clear", [["new", "v"]]), change("b", "delete")];
    await engine.write([a, b], NOTHING);
    // Nothing is collected yet, as the event loop has not turned.
    expect(keysOf(store).filter(isItem)).toHaveLength(6001);
    expect(keysOf(store).filter(isGarbage)).toHaveLength(2);
    const before = await engine.snapshot("process-crash");
    expect(await before.containers()).toEqual(["a"]);
    expect(await before.count("a")).toBe(1);
    await until(() => !keysOf(store).some(isGarbage));
    expect(keysOf(store)).toEqual(["ca", expect.stringMatching(/^d.{8}new$/), "f", "v"]);
    await before.close();
    await engine.close();
  });

  it("are still whole in snapshots that were taken before", async () => {
    const store = await newStore();
    const engine = await orderedEngine(store, "test");
    await engine.write([change("a", "create", many(3000))], NOTHING);
    const old = await engine.snapshot("process-crash");
    await engine.write([change("a", "delete")], NOTHING);
    await until(() => !keysOf(store).some(isGarbage));
    expect(await old.containers()).toEqual(["a"]);
    expect(await old.count("a")).toBe(3000);
    await old.close();
    await engine.close();
  });

  it("are collected to the end by the next one who writes, where the process ended before", async () => {
    const store = await newStore();
    const first = await orderedEngine(store, "test");
    await first.write([change("a", "create", many(3000)), change("b", "create")], NOTHING);
    await first.write([change("a", "delete")], NOTHING);
    await first.close();
    expect(keysOf(store).filter(isItem)).toHaveLength(3000);

    const reader = await orderedEngine(store, "test");
    await new Promise((resolve) => setTimeout(resolve));
    await reader.close();
    expect(keysOf(store).filter(isItem)).toHaveLength(3000);

    const second = await orderedEngine(store, "test");
    await second.write([change("b", "keep", [["k", "v"]])], NOTHING);
    await until(() => !keysOf(store).some(isGarbage));
    expect(keysOf(store).filter(isItem)).toHaveLength(1);
    await second.close();
  });

  /** Steps that gave way to every commit left nine tenths of it, for as long as somebody went on committing. */
  it("do not pile up while others are cleared all the time", async () => {
    const store = await newStore();
    const engine = await orderedEngine(store, "test");
    await engine.write([change("a", "create")], NOTHING);
    for (let i = 0; i < 100; i++) {
      await engine.write([change("a", "clear", many(1000))], NOTHING);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(keysOf(store).filter(isGarbage).length).toBeLessThan(20);
    expect(keysOf(store).filter(isItem).length).toBeLessThan(21_000);
    await engine.close();
  });

  /** A step that met somebody else's commit was the last one, until a container was cleared again. */
  it("are collected also where others are in the way at first", async () => {
    const store = await newStore();
    const engine = await orderedEngine(store, "test");
    await engine.write([change("a", "create", many(3000))], NOTHING);
    let refused = 0;
    const { write } = store;
    store.write = async (batch) => {
      // Steps of collecting expect nothing.
      if (batch.expected.length === 0 && refused++ < 3) throw new StorageBusyError("not now");
      await write.call(store, batch);
    };
    await engine.write([change("a", "delete")], NOTHING);
    await until(() => !keysOf(store).some(isGarbage));
    expect(refused).toBeGreaterThan(3);
    expect(keysOf(store).filter(isItem)).toEqual([]);
    await engine.close();
  });

  it("are no conflict for a transaction while they are collected", async () => {
    const store = await newStore();
    const engine = await orderedEngine(store, "test");
    await engine.write([change("a", "create", many(3000)), change("b", "create")], NOTHING);
    await engine.write([change("a", "delete")], NOTHING);
    const base = await engine.snapshot("process-crash");
    await until(() => !keysOf(store).some(isGarbage));
    await engine.write([change("b", "keep", [["k", "v"]])], { ...NOTHING, base });
    await base.close();
    await engine.close();
  });
});

/** Two engines on one store, as two processes have them. */
async function two(): Promise<{ store: OrderedStore; first: Engine; second: Engine }> {
  const store = await newStore();
  return { store, first: await orderedEngine(store, "1"), second: await orderedEngine(store, "2") };
}

describe("writes without a base, of several processes", () => {
  const conflict = { code: "TRANSACTION_CONFLICT" };

  it("conflict only where a container is another one by now", async () => {
    const { store, first, second } = await two();
    await first.write([change("c", "create"), change("d", "create")], NOTHING);
    // The plan of the second write is made, and then the first one writes.
    const between = async (write: ContainerChanges, other: ContainerChanges): Promise<void> => {
      const { write: apply } = store;
      store.write = async (batch) => {
        // A step of collecting expects nothing.
        if (batch.expected.length > 0) {
          store.write = apply;
          await first.write([other], NOTHING);
        }
        await apply.call(store, batch);
      };
      await second.write([write], NOTHING);
    };
    await between(change("c", "keep", [["k", "1"]]), change("c", "keep", [["k", "2"]]));
    await between(change("c", "keep", [["k", "1"]]), change("d", "delete"));
    await between(change("new", "create"), change("c", "keep", [["k", "2"]]));
    const cleared = between(change("c", "keep", [["k", "1"]]), change("c", "clear"));
    await expect(cleared).rejects.toMatchObject(conflict);
    const deleted = between(change("c", "keep", [["k", "1"]]), change("c", "delete"));
    await expect(deleted).rejects.toMatchObject(conflict);
    const made = between(change("c", "create"), change("c", "create"));
    await expect(made).rejects.toMatchObject(conflict);
    const snapshot = await first.snapshot("process-crash");
    expect(await snapshot.containers()).toEqual(["c", "new"]);
    expect(await snapshot.count("c")).toBe(0);
  });

  it("expect few keys, however many containers they touch", async () => {
    const store = Object.assign(await newStore(), { exclusive: false });
    const engine = await orderedEngine(store, "test");
    const expected: number[] = [];
    const { write } = store;
    store.write = (batch) => {
      expected.push(batch.expected.length);
      return write.call(store, batch);
    };
    const names = Array.from({ length: 500 }, (_, i) => `c${1000 + i}`);
    await engine.write(
      names.map((name) => change(name, "create")),
      NOTHING,
    );
    await engine.write([change("c1000", "keep", [["k", "v"]])], NOTHING);
    expect(expected).toEqual([1, 1]);
    await engine.close();
  });
});

/** What nobody else can change has to be neither read nor expected. It must be forgotten when a container is cleared, deleted or made anew. */
it("where nobody else writes, a write to a container that is known expects nothing", async () => {
  const store = await newStore();
  const engine = await orderedEngine(store, "test");
  const expected: number[] = [];
  const { write } = store;
  store.write = (batch) => {
    // Steps of the collector are no commits: they write no stamp.
    if ([...batch.changes].some(([key]) => key === "v")) expected.push(batch.expected.length);
    return write.call(store, batch);
  };
  const written = async (...changes: ContainerChanges[]): Promise<number[]> => {
    await engine.write(changes, NOTHING);
    return expected.splice(0);
  };
  const itemsOf = async (container: string): Promise<unknown> => {
    const snapshot = await engine.snapshot("process-crash");
    const { items } = await snapshot.page(container, { ...ALL, limit: 10 }, "text");
    await snapshot.close();
    return items;
  };
  expect(await written(change("a", "create", [["k1", "v"]]))).toEqual([1]);
  expect(await written(change("a", "keep", [["k2", "v"]]))).toEqual([0]);
  expect(await written(change("a", "clear"))).toEqual([1]);
  expect(await written(change("a", "keep", [["k3", "v"]]))).toEqual([0]);
  expect(await itemsOf("a")).toEqual([["k3", "v"]]);
  expect(await written(change("a", "delete"))).toEqual([1]);
  await expect(written(change("a", "keep", [["k4", "v"]]))).rejects.toMatchObject({
    code: "TRANSACTION_CONFLICT",
  });
  expect(await written(change("a", "create"))).toEqual([1]);
  expect(await written(change("a", "keep", [["k5", "v"]]))).toEqual([0]);
  expect(await itemsOf("a")).toEqual([["k5", "v"]]);
  await engine.close();
});

describe("a store that holds something else", () => {
  it.each([
    ["nothing", [], "STORAGE_FORMAT"],
    ["another program's keys", [["f", "flags"]], "STORAGE_FORMAT"],
    ["a newer version", [["f", "catp-002"]], "STORAGE_VERSION"],
  ] as const)("is refused: %s", async (_, changes, code) => {
    const store = new MemoryStore();
    await store.write({ expected: [], changes, durability: "process-crash" });
    const before = keysOf(store);
    await expect(orderedEngine(store, "/the/path")).rejects.toMatchObject({
      code,
      message: expect.stringContaining("/the/path"),
    });
    expect(keysOf(store)).toEqual(before);
  });
});
