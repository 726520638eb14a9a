import { LevelStorage } from "@caterpillar/storage-leveldb";
import type { Contender } from "../contender.ts";
import { CLEARS_LATER, ours } from "./ours.ts";

export const oursLeveldb: Contender = ours("leveldb", "LevelDB", LevelStorage, {
  packages: ["classic-level"],
  notes: { clear: CLEARS_LATER },
});
