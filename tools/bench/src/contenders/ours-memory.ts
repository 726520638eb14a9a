import { MemoryStorage } from "@caterpillar/storage-core/memory";
import type { Contender } from "../contender.ts";
import { CLEARS_LATER, ours } from "./ours.ts";

export const oursMemory: Contender = ours("memory", "memory", MemoryStorage, {
  packages: [],
  notes: { clear: CLEARS_LATER },
});
