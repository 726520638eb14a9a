/** Drivers that do what they do, and say something else. */
import type { DriverFacts } from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import type { Mutant } from "./mutant.ts";

/** Facts as those of the memory driver, but for some. */
type Facts = Partial<Record<keyof DriverFacts | "speed", unknown>>;

/** The memory driver, which neither threads nor processes share and which nothing survives, with other facts. */
function saying(name: string, killedBy: string, facts: Facts): Mutant {
  const { driver } = MemoryStorage;
  return {
    name,
    killedBy,
    storage: {
      ...MemoryStorage,
      driver: { ...driver, facts: { ...driver.facts, ...facts } as DriverFacts },
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
  saying("a fact is said that nobody knows", "HON-01", { speed: "high" }),
  saying("processes share it a little", "HON-01", { processes: "a little" }),
  saying("a commit is said to survive everything", "HON-01", { durability: ["everything"] }),
  saying("files are said to be anywhere", "HON-01", { files: [{ name: "data", about: "x" }] }),
  saying("files are said to be where there is no path", "HON-02", {
    files: [{ name: "<path>", about: "everything" }],
  }),
  saying("it is said to be a path, of no files", "HON-02", { location: "path" }),
  saying("processes are said to share what dies with one", "HON-02", { processes: "shared" }),
];
