import { LmdbStorage } from "@caterpillar/storage-lmdb";
import type { Contender } from "../contender.ts";
import { CLEARS_LATER, ours } from "./ours.ts";

export const oursLmdb: Contender = ours("lmdb", "LMDB", LmdbStorage, {
  packages: ["lmdb"],
  notes: { clear: CLEARS_LATER },
});
