/** FAULT: what becomes of a storage when the machine fails. */
import type { Check } from "../check.ts";
import { failingSyncChecks } from "./failing-syncs.ts";
import { fullDiskChecks } from "./full-disks.ts";
import { movedChecks } from "./moved.ts";
import { starvedChecks } from "./starved.ts";

/** All of the group. */
export const faultChecks: readonly Check[] = [
  ...fullDiskChecks,
  ...starvedChecks,
  ...failingSyncChecks,
  ...movedChecks,
].sort((a, b) => (a.id < b.id ? -1 : 1));
