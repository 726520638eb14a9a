/** Drivers that do what they do, and say something else. */
import type { DriverFacts } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import type { Mutant } from "./mutant.ts";

/** The memory driver, which neither threads nor processes share and which nothing survives, with other facts. */
function saying(name: string, killedBy: string, facts: Partial<DriverFacts>): Mutant {
  const { driver } = MemoryStorage;
  return {
    name,
    killedBy,
    storage: {
      ...MemoryStorage,
      driver: { ...driver, facts: { ...driver.facts, ...facts } },
    },
  };
}

export const factMutants: readonly Mutant[] = [
  saying("threads are said to share it", "CONC-10", { threads: "shared" }),
  saying("threads are said to be locked out", "CONC-10", { threads: "locked" }),
  saying("threads are said to share it, and meet while they open", "CONC-03", {
    threads: "shared",
  }),
  saying("processes are said to share it", "PROC-01", { processes: "shared" }),
  saying("processes are said to be locked out", "PROC-01", { processes: "locked" }),
  saying("processes are said to share it, and meet while they open", "PROC-02", {
    processes: "shared",
  }),
  saying("what is committed is said to survive the process", "DUR-03", {
    durability: ["process-crash"],
  }),
];
