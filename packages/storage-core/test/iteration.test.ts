/** What an iteration holds, below the surface. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defineStorage, type Engine, type Snapshot } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { expect, it } from "vitest";
import { replace } from "./mutants/mutant.ts";

/** A memory driver that counts the snapshots which are open. */
function counted(): { storage: ReturnType<typeof defineStorage>; open: () => number } {
  let open = 0;
  const { driver } = MemoryStorage;
  const storage = defineStorage({
    ...driver,
    name: `counted ${Math.random()}`,
    open: async (path, options) => {
      const engine: Engine = await driver.open(path, options);
      return replace(engine, {
        snapshot: async (durability) => {
          const snapshot: Snapshot = await engine.snapshot(durability);
          open++;
          return replace(snapshot, { close: () => void open-- });
        },
      });
    },
  });
  return { storage, open: () => open };
}

/** A snapshot that is never closed keeps old data on the disk for as long as the process lives. */
it("an iteration that was abandoned lets its snapshot go when it is collected", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const { storage, open } = counted();
  await using opened = await storage.open("abandoned", { create: true });
  await opened.addContainer("c");
  await opened.setContainerItem("c", "a", "1");
  const abandon = async (): Promise<void> => {
    await opened.container("c").entries().next();
  };
  await abandon();
  expect(open()).toBe(1);
  for (let tries = 0; tries < 50 && open() > 0; tries++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(open()).toBe(0);
});

it.each([
  [
    "its end",
    async (entries: AsyncIterableIterator<unknown>) => {
      while (!(await entries.next()).done);
    },
  ],
  ["return", async (entries: AsyncIterableIterator<unknown>) => void (await entries.return?.())],
  [
    "break",
    async (entries: AsyncIterableIterator<unknown>) => {
      for await (const _ of entries) break;
    },
  ],
  [
    "a throw in the loop",
    async (entries: AsyncIterableIterator<unknown>) => {
      const loop = async (): Promise<void> => {
        for await (const _ of entries) throw new Error("from the loop");
      };
      await expect(loop()).rejects.toThrow("from the loop");
    },
  ],
])("an iteration lets its snapshot go at %s", async (how, end) => {
  const { storage, open } = counted();
  await using opened = await storage.open(`at ${how}`, { create: true });
  await opened.addContainer("c");
  await opened.setContainerItems("c", { a: "1", b: "2" });
  const entries = opened.container("c").entries();
  await entries.next();
  expect(open()).toBe(1);
  await end(entries);
  expect(open()).toBe(0);
});

it("every snapshot is closed when its storage is", async () => {
  const { storage, open } = counted();
  const opened = await storage.open("closed", { create: true });
  await opened.addContainer("c");
  await opened.setContainerItem("c", "a", "1");
  await opened.container("c").entries().next();
  await opened.begin();
  await opened.container("c").entries().next();
  await opened.setContainerItem("c", "b", "2");
  expect(open()).toBe(2);
  await opened.close();
  expect(open()).toBe(0);
});
