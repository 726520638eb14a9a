/** All checks, in the order in which they run. */
import type { Check } from "./check.ts";
import { transactionChecks } from "./checks/transactions.ts";

export const checks: readonly Check[] = [...transactionChecks];
