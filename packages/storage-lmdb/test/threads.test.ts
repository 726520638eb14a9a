/**
 * Threads of one process: lmdb-js opens a database once for all of them, and each has its own
 * reads.
 */
import { Worker } from "node:worker_threads";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { newStorage } from "./fixtures/folder.ts";
import { fixture, SOURCES } from "./fixtures/processes.ts";

/** Runs the fixture in a thread; resolves when it has ended. */
async function inThread(workerData: { path: string; does: string }): Promise<void> {
  const worker = new Worker(fixture("thread.ts"), { workerData, execArgv: [SOURCES] });
  await new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", resolve);
  });
}

it("threads and the main one write to one storage at once", async () => {
  const path = await newStorage();
  await using storage = await LmdbStorage.open(path);
  const add = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) {
      await storage.transaction(async (tx) => {
        const n = Number((await tx.getContainerItem("c", "n")) ?? 0);
        await tx.setContainerItem("c", "n", n + 1);
      });
    }
  };
  const threads = Array.from({ length: 2 }, () => inThread({ path, does: "count" }));
  await Promise.all([...threads, add()]);
  expect(await storage.getContainerItem("c", "n")).toBe("300");
});

/**
 * Places for snapshots, and the lock, that a thread does not give back are missing to all others,
 * as their process lives on.
 */
it("a thread that ends without closing frees what it held", async () => {
  const path = await newStorage();
  await using storage = await LmdbStorage.open(path);
  // Three of these together would have more snapshots than there are places.
  for (let i = 0; i < 3; i++) {
    await inThread({ path, does: "leave" });
    await storage.setContainerItem("c", "key", i);
    expect(await storage.getContainerItem("c", "key")).toBe(`${i}`);
  }
  expect(await storage.getContainerItem("c", "state of a thread")).toBe("799");
});

/** Closing it in one thread closed it under the others. */
it("a storage that one thread closes goes on in another", async () => {
  const path = await newStorage();
  await using storage = await LmdbStorage.open(path);
  await storage.begin();
  for (let i = 0; i < 3; i++) {
    await inThread({ path, does: "close" });
    expect(await storage.getContainerItem("c", "key")).toBe("value");
  }
  await storage.rollback();
  await storage.setContainerItem("c", "key", "new");
  expect(await storage.getContainerItem("c", "key")).toBe("new");
});
