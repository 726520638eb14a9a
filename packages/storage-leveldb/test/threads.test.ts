import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { expect, it } from "vitest";
import { fixture, SOURCES } from "./fixtures/processes.ts";
import { newStorage } from "./fixtures/storages.ts";

/**
 * classic-level takes an array of changes apart in native code. Where the thread was terminated meanwhile, what it asked for next failed, which it
 * did not notice: it wrote a part of the commit, or anything that was in its memory, and now and then ended the process. CONC-04 finds that, but a thread
 * is seldom terminated at such a moment.
 */
it("a thread, which may be terminated at any moment, gives LevelDB no arrays", async () => {
  const storage = await newStorage();
  await storage.close();
  const execArgv = [SOURCES];
  const worker = new Worker(fixture("batches.ts"), { workerData: storage.path, execArgv });
  const [{ arrays, chained }] = await once(worker, "message");
  expect(arrays).toBe(0);
  expect(chained).toBeGreaterThanOrEqual(4);
  await using reopened = await LevelStorage.open(storage.path);
  expect(await reopened.getContainerLen("d")).toBe(2000);
});
