/** The memory driver on a disk that others keep busy: each commit takes 60 ms, and reads go on meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Driver,
  defineStorage,
  type Engine,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";

const COMMIT_MS = 60;

class BusyDiskEngine implements Engine {
  readonly #inner: Engine;

  constructor(inner: Engine) {
    this.#inner = inner;
  }

  snapshot(...args: Parameters<Engine["snapshot"]>): ReturnType<Engine["snapshot"]> {
    return this.#inner.snapshot(...args);
  }
  async write(...args: Parameters<Engine["write"]>): Promise<void> {
    await sleep(COMMIT_MS);
    await this.#inner.write(...args);
  }
  close(): ReturnType<Engine["close"]> {
    return this.#inner.close();
  }
}

const driver: Driver = {
  ...MemoryStorage.driver,
  name: "memory on a busy disk",
  open: async (...args) => new BusyDiskEngine(await MemoryStorage.driver.open(...args)),
};

export const storage: StorageOpener = defineStorage(driver);
