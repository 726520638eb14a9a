/** The tests of a file store, for every driver. */
import { loadTarget, type Target } from "@caterpillar/storage-core/conformance";
import { describe } from "vitest";
import { testCollections } from "./file-collections.ts";
import { testProcesses } from "./file-processes.ts";
import { testPuts } from "./file-puts.ts";
import { testReads } from "./file-reads.ts";

/** Registers them with vitest. Those of processes are for drivers whose data outlive one, as their facts say. */
export function testFileStore(target: Target): void {
  describe(`a file store on ${target.name}`, async () => {
    const { storage } = await loadTarget(target);
    testPuts(target);
    testReads(target);
    testCollections(target);
    if (storage.driver.facts.durability.length > 0) testProcesses(target);
  });
}
