import { testConformance } from "@caterpillar/storage-core/conformance/vitest";

testConformance({
  name: "memory behind promises",
  module: new URL("./slow-target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
