/** All checks, in the order in which they run. */
import type { Check } from "./check.ts";
import { atOnceChecks } from "./checks/at-once.ts";
import { bulkChecks } from "./checks/bulk.ts";
import { conflictChecks } from "./checks/conflicts.ts";
import { containerChecks } from "./checks/containers.ts";
import { crashChecks } from "./checks/crashes.ts";
import { damageChecks } from "./checks/damage.ts";
import { errorChecks } from "./checks/errors.ts";
import { faultChecks } from "./checks/faults.ts";
import { historyChecks } from "./checks/histories.ts";
import { honestyChecks } from "./checks/honesty.ts";
import { isolationChecks } from "./checks/isolation.ts";
import { itemChecks } from "./checks/items.ts";
import { iterationChecks } from "./checks/iteration.ts";
import { lifecycleChecks } from "./checks/lifecycle.ts";
import { modelChecks } from "./checks/models.ts";
import { openingChecks } from "./checks/opening.ts";
import { readonlyChecks } from "./checks/readonly.ts";
import { resourceChecks } from "./checks/resources.ts";
import { sharingChecks } from "./checks/sharing.ts";
import { transactionChecks } from "./checks/transactions.ts";

export const checks: readonly Check[] = [
  ...openingChecks,
  ...readonlyChecks,
  ...lifecycleChecks,
  ...containerChecks,
  ...itemChecks,
  ...bulkChecks,
  ...iterationChecks,
  ...transactionChecks,
  ...isolationChecks,
  ...conflictChecks,
  ...atOnceChecks,
  ...sharingChecks,
  ...crashChecks,
  ...faultChecks,
  ...damageChecks,
  ...resourceChecks,
  ...modelChecks,
  ...historyChecks,
  ...errorChecks,
  ...honestyChecks,
];
