/** Drivers that do what they may do otherwise. A check that fails one of them asks for more than the contract does. */
import { checks, type Target } from "@caterpillar/storage-core/conformance";
import { testConformance } from "@caterpillar/storage-core/conformance/vitest";

const VARIATIONS: Readonly<Record<string, string>> = {
  "memory behind promises": "slow",
  "memory in small pages": "small",
};

for (const [name, file] of Object.entries(VARIATIONS)) testConformance(variation(name, file));

/**
 * Where others kept a disk busy, LMDB failed one check of a run and none of the next. A hundred commits in a line took longer than the five seconds for which
 * a call waits by default; and beside slow commits there were so many audits that too few of them had met one.
 */
const MANY_COMMITS = ["TXN-19", "HIST-05"];

testConformance(variation("memory on a busy disk", "busy-disk"), {
  checks: checks.filter(({ id }) => MANY_COMMITS.includes(id)),
});

function variation(name: string, file: string): Target {
  return {
    name,
    module: new URL(`./variations/${file}-target.ts`, import.meta.url),
    execArgv: ["--conditions=@caterpillar/source"],
  };
}
