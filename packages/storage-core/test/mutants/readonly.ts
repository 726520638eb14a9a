/** Drivers whose read-only storages write, or do not read as others do. */
import { closeSync, lstatSync, openSync, writeFileSync } from "node:fs";
import type { Storage } from "@caterpillar/storage-core";
import {
  DuplicateContainerError,
  StorageIOError,
  StorageReadonlyError,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { fileSteps, inFile } from "./file-driver.ts";
import { type Mutant, replace } from "./mutant.ts";
import { allowed, inOpen, inReadonly } from "./openers.ts";

/** A read-only storage takes the method, and does it. */
const allows = (method: keyof Storage, killedBy: string): Mutant =>
  inReadonly(`${String(method)} is not refused`, killedBy, (storage) => ({
    [method]: allowed(storage, method),
  }));

/** Nothing is said to a call that has nothing to do. */
const silentOfNone = (method: "setContainerItems" | "deleteContainerItems", killedBy: string) =>
  inReadonly(`${method} of nothing is not refused`, killedBy, (storage) => ({
    [method]: async (id: string, items: object) => {
      if (Object.keys(items).length > 0) await storage[method](id, items as []);
    },
  }));

const refusing: readonly Mutant[] = [
  allows("setContainerItem", "RO-01"),
  inReadonly("a write that changes nothing is not refused", "RO-01", (storage) => ({
    setContainerItem: async (id: string, key: string, value: string) => {
      const same = (await storage.getContainerItem(id, key)) === value;
      if (!same) await storage.setContainerItem(id, key, value);
    },
  })),
  allows("setContainerItems", "RO-02"),
  silentOfNone("setContainerItems", "RO-02"),
  allows("deleteContainerItem", "RO-03"),
  allows("deleteContainerItems", "RO-03"),
  silentOfNone("deleteContainerItems", "RO-03"),
  allows("addContainer", "RO-04"),
  inReadonly("a container that exists is a duplicate first of all", "RO-04", (storage) => ({
    addContainer: async (id: string) => {
      if (await storage.hasContainer(id)) throw new DuplicateContainerError(id);
      await storage.addContainer(id);
    },
  })),
  allows("deleteContainer", "RO-05"),
  allows("clearContainer", "RO-06"),
  allows("clear", "RO-06"),
  inReadonly("what is refused is written all the same", "RO-07", (storage) => ({
    setContainerItem: async (...args: unknown[]) => {
      await allowed(storage, "setContainerItem")(...args);
      throw new StorageReadonlyError("the storage was opened with readonly");
    },
  })),
  inReadonly("a read-only storage does not say so", "RO-07", () => ({ readonly: false })),
  inFile("the file is touched by reading it", "RO-07", {
    load: (path, readonly) => {
      const contents = fileSteps.load(path, readonly);
      if (readonly) fileSteps.save(path, [...contents, ["opened last by a reader", []]]);
      return contents;
    },
  }),
];

const reading: readonly Mutant[] = [
  inReadonly("it shows what was there when it was opened", "RO-08", (storage) => {
    const begun = storage.begin();
    return { listContainers: async () => (await begun).listContainers() };
  }),
  inReadonly("it shows items as they were when it was opened", "RO-08", (storage) => {
    const cache = new Map<string, Promise<string | undefined>>();
    return {
      getContainerItem: (id: string, key: string) => {
        const read = cache.get(id + key) ?? storage.getContainerItem(id, key);
        cache.set(id + key, read);
        return read;
      },
    };
  }),
  inReadonly("begin pins nothing", "RO-09", (storage) => ({
    begin: async () => storage,
    commit: async () => {},
    rollback: async () => {},
  })),
  inReadonly("transaction() runs on the storage itself", "RO-09", (storage) => ({
    transaction: (run: (on: Storage) => unknown) => Promise.resolve(run(storage)),
  })),
  inFile("the file is opened for writing", "RO-10", {
    load: (path, readonly) => {
      try {
        if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) closeSync(openSync(path, "r+"));
      } catch (cause) {
        throw new StorageIOError(`${path} cannot be opened`, { cause });
      }
      return fileSteps.load(path, readonly);
    },
  }),
  inFile("readers make a file beside it", "RO-10", {
    load: (path, readonly) => {
      if (readonly) writeFileSync(`${path}-readers`, "1");
      return fileSteps.load(path, readonly);
    },
  }),
  inOpen("a storage in memory leaves a file behind", "RO-10", async (path, options) => {
    const storage = await MemoryStorage.open(path, options);
    const close = async (): Promise<void> => {
      writeFileSync(String(path), "");
      await storage.close();
    };
    return options?.readonly ? replace(storage, { close }) : storage;
  }),
];

export const readonlyMutants: readonly Mutant[] = [...refusing, ...reading];
