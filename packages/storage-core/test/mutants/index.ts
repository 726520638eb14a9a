import { atOnceMutants } from "./at-once.ts";
import { bulkMutants } from "./bulk.ts";
import { conflictMutants } from "./conflicts.ts";
import { containerMutants } from "./containers.ts";
import { crashMutants } from "./crashes.ts";
import { errorMutants } from "./errors.ts";
import { factMutants } from "./facts.ts";
import { faultMutants } from "./faults.ts";
import { flatStoreMutants } from "./flat-store.ts";
import { historyMutants } from "./histories.ts";
import { isolationMutants } from "./isolation.ts";
import { itemMutants } from "./items.ts";
import { iterationMutants } from "./iteration.ts";
import { lifecycleMutants } from "./lifecycle.ts";
import { modelMutants } from "./models.ts";
import type { Mutant } from "./mutant.ts";
import { openingMutants } from "./opening.ts";
import { readonlyMutants } from "./readonly.ts";
import { remoteMutants } from "./remote.ts";
import { skewMutants } from "./skew.ts";
import { transactionFunctionMutants } from "./transaction-function.ts";
import { transactionMutants } from "./transactions.ts";
import { updateMutants } from "./updates.ts";
import { waitingMutants } from "./waiting.ts";

export const mutants: readonly Mutant[] = [
  ...openingMutants,
  ...readonlyMutants,
  ...lifecycleMutants,
  ...containerMutants,
  ...itemMutants,
  ...updateMutants,
  ...bulkMutants,
  ...iterationMutants,
  ...transactionMutants,
  ...transactionFunctionMutants,
  ...isolationMutants,
  ...skewMutants,
  ...waitingMutants,
  ...conflictMutants,
  ...factMutants,
  ...faultMutants,
  ...flatStoreMutants,
  ...remoteMutants,
  ...atOnceMutants,
  ...modelMutants,
  ...historyMutants,
  ...crashMutants,
  ...errorMutants,
];
