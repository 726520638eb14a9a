/** How the turns of the event loop are shared. */
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { expect, it } from "vitest";
import { turnsDuring } from "../conformance/event-loop.ts";

/** Keeps this turn of the event loop busy for much longer than one may be. */
function useUp(): void {
  for (const end = performance.now() + 20; performance.now() < end; );
}

/**
 * On a busy machine a turn of the event loop is used up when it begins. Of those who waited for the next one only one was let on in each, so that a thousand
 * callers who had a read and a write to make took a thousand turns, and on a disk a thousand commits.
 */
it("a thousand callers who have little to do share a few turns", async () => {
  await using storage = await MemoryStorage.open("shared turns", { create: true });
  await storage.addContainer("c");
  const turns = await turnsDuring(async () => {
    await storage.hasContainer("c");
    useUp();
    await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => {
        await storage.getContainerItem("c", i);
        await storage.setContainerItem("c", i, i);
      }),
    );
  });
  expect(await storage.getContainerLen("c")).toBe(1000);
  // Ten times a hundred; more where others use the processor.
  expect(turns).toBeLessThan(500);
});

it("whoever has much to do leaves the others a turn", async () => {
  await using storage = await MemoryStorage.open("own turns", { create: true });
  await storage.addContainer("c");
  const began: number[] = [];
  const ended: number[] = [];
  const turns = await turnsDuring(async (count) => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        began[i] = count();
        for (let n = 0; n < 3; n++) {
          await storage.hasContainer("c");
          useUp();
        }
        ended[i] = count();
      }),
    );
  });
  expect(began).toEqual(new Array(20).fill(0));
  // Each of sixty pieces of work used a turn up.
  expect(turns).toBeGreaterThanOrEqual(40);
  expect(ended.toSorted((a, b) => a - b)).toEqual(ended);
});
