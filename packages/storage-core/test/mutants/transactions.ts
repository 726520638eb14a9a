import { inStorage, type Mutant } from "./mutant.ts";

export const transactionMutants: readonly Mutant[] = [
  inStorage("rollback commits", "TXN-01", (storage) => ({ rollback: () => storage.commit() })),
];
