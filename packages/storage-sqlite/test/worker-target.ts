/** The driver with its option `worker`, for the conformance kit. */
import { defineStorage, type StorageOpener } from "@caterpillar/storage-core/driver";
import { SqliteStorage } from "@caterpillar/storage-sqlite";

export { anotherProgram, newerFormat } from "./target.ts";

const { options: _, ...driver } = SqliteStorage.driver;

export const storage: StorageOpener = defineStorage({
  ...driver,
  name: "sqlite-worker",
  open: (path, options) => driver.open(path, { ...options, worker: true }),
});
