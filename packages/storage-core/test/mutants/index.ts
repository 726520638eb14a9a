import type { Mutant } from "./mutant.ts";
import { transactionMutants } from "./transactions.ts";

export const mutants: readonly Mutant[] = [...transactionMutants];
