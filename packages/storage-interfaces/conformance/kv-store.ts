/** The tests of KVStore, for a driver: all of its dictionary is one call. */
import { loadTarget, type Target } from "@caterpillar/storage-core/conformance";
import { describe, it } from "vitest";
import { baseTests } from "./interface-base.ts";
import { atomicTests } from "./kv-atomic.ts";
import { dictionaryTests } from "./kv-dictionary.ts";
import { namespaceTests } from "./kv-namespaces.ts";
import { KVPlace, type KVTests } from "./kv-place.ts";
import { largeValueTests, processTests } from "./kv-processes.ts";
import { reservedTests } from "./kv-reserved.ts";
import { transactionTests } from "./kv-transactions.ts";
import { valueTests } from "./kv-values.ts";

/** For tests that start processes. */
const TIMEOUT_MS = 120_000;

/** Registers the tests of a KVStore on the target's storages, each on a fresh path. Call it at the top of a test file. */
export function testKVStore(target: Target): void {
  describe(`KVStore on ${target.name}`, async () => {
    const loaded = await loadTarget(target);
    const register = (tests: KVTests): void => {
      for (const [title, test] of Object.entries(tests)) {
        it(
          title,
          async () => {
            const place = new KVPlace(loaded);
            try {
              await test(place);
            } finally {
              await place.dispose();
            }
          },
          TIMEOUT_MS,
        );
      }
    };
    describe("base", () => register(baseTests));
    describe("values", () => register(valueTests));
    describe("dictionary", () => register(dictionaryTests));
    describe("atomicity", () => register(atomicTests));
    describe("transactions", () => register(transactionTests));
    describe("namespaces", () => register(namespaceTests));
    describe("reserved", () => register(reservedTests));
    describe("large values", () => register(largeValueTests));
    if (loaded.storage.driver.facts.processes === "shared") {
      describe("processes", () => register(processTests));
    }
  });
}
