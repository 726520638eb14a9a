/** The memory driver on a disk that others keep busy: each commit takes 60 ms, and reads go on meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineStorage, type Engine, type StorageOpener } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { replace } from "../mutants/mutant.ts";

const COMMIT_MS = 60;

const { driver } = MemoryStorage;

export const storage: StorageOpener = defineStorage({
  ...driver,
  name: "memory on a busy disk",
  open: async (path, options) => {
    const engine: Engine = await driver.open(path, options);
    return replace(engine, {
      write: async (...given) => {
        await sleep(COMMIT_MS);
        await engine.write(...given);
      },
    });
  },
});
