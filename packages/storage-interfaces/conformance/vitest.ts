/** The tests of the typed views, for any driver: that they pass on it is one call. */
import type { Target } from "@caterpillar/storage-core/conformance";
import { testFileStore } from "./file-store.ts";
import { testKVStore } from "./kv-store.ts";

/** Registers the tests of KVStore and FileStore on the target's driver, with vitest. */
export function testInterfaces(target: Target): void {
  testKVStore(target);
  testFileStore(target);
}
