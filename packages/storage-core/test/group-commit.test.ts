/** What group commit does below the surface: how often the engine is asked to write, and what it is told. */
import {
  type Changes,
  type Durability,
  defineStorage,
  type Engine,
  StorageIOError,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { expect, it } from "vitest";
import { replace } from "./mutants/mutant.ts";

interface Written {
  readonly keys: string[];
  readonly durability: Durability;
}

/** A memory driver that notes each write, and refuses those with a given key, as an engine refuses a value that is too large. */
function watched(refusedKey?: string): { storage: StorageOpener; writes: Written[] } {
  const writes: Written[] = [];
  const { driver } = MemoryStorage;
  const storage = defineStorage({
    ...driver,
    name: `watched ${Math.random()}`,
    open: async (path, options) => {
      const engine: Engine = await driver.open(path, options);
      return replace(engine, {
        write: async (changes: Changes, given) => {
          const keys = changes.flatMap(({ entries }) => Array.from(entries, ([key]) => key));
          if (refusedKey !== undefined && keys.includes(refusedKey)) {
            throw new StorageIOError("the engine cannot take that");
          }
          writes.push({ keys, durability: given.durability });
          await engine.write(changes, given);
        },
      });
    },
  });
  return { storage, writes };
}

it("a thousand sets made at once are one write of the engine", async () => {
  const { storage, writes } = watched();
  await using opened = await storage.open("thousand", { create: true });
  await opened.addContainer("c");
  writes.length = 0;
  await Promise.all(Array.from({ length: 1000 }, (_, i) => opened.setContainerItem("c", i, i)));
  expect(writes.map(({ keys }) => keys.length)).toEqual([1000]);
});

it("a value that the engine refuses fails alone, and its neighbours are committed in order", async () => {
  const { storage, writes } = watched("refused");
  await using opened = await storage.open("refused", { create: true });
  await opened.addContainer("c");
  writes.length = 0;
  const outcomes = await Promise.allSettled(
    ["a", "b", "refused", "c", "b"].map((key, i) => opened.setContainerItem("c", key, i)),
  );
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(outcomes[2]).toMatchObject({ reason: { code: "STORAGE_IO" } });
  expect(await opened.getContainerItems("c", ["a", "b", "c", "refused"])).toEqual([
    ["a", "0"],
    ["b", "4"],
    ["c", "3"],
    ["refused", undefined],
  ]);
});

it("a group with one commit that must survive power loss survives it whole", async () => {
  const { storage, writes } = watched();
  await using crash = await storage.open("both", { create: true, durability: "process-crash" });
  await using power = await storage.open("both");
  await crash.addContainer("c");
  writes.length = 0;
  await Promise.all([crash.setContainerItem("c", "a", 1), power.setContainerItem("c", "b", 2)]);
  await crash.setContainerItem("c", "a", 3);
  expect(writes).toEqual([
    { keys: ["a", "b"], durability: "power-loss" },
    { keys: ["a"], durability: "process-crash" },
  ]);
});

it("a read waits for the writes of its storage that it may see, and for no others", async () => {
  const { storage } = watched();
  await using opened = await storage.open("reads", { create: true });
  await opened.addContainer("c");
  await opened.addContainer("other");
  const order: string[] = [];
  const write = opened.setContainerItem("c", "written", "1").then(() => order.push("write"));
  const independent = opened
    .getContainerItem("c", "elsewhere")
    .then(() => order.push("independent"));
  const dependent = opened
    .getContainerItem("c", "written")
    .then((value) => order.push(`read ${value}`));
  await Promise.all([write, independent, dependent]);
  expect(order).toEqual(["independent", "write", "read 1"]);
});
