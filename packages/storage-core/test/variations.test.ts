/** Drivers that do what they may do otherwise. A check that fails one of them asks for more than the contract does. */
import { testConformance } from "@caterpillar/storage-core/conformance/vitest";

const VARIATIONS: Readonly<Record<string, string>> = {
  "memory behind promises": "slow",
  "memory in small pages": "small",
};

for (const [name, file] of Object.entries(VARIATIONS)) {
  testConformance({
    name,
    module: new URL(`./variations/${file}-target.ts`, import.meta.url),
    execArgv: ["--conditions=@caterpillar/source"],
  });
}
