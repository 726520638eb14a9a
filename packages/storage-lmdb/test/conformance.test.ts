import { testConformance } from "@caterpillar/storage-core/conformance/vitest";

testConformance({
  name: "lmdb",
  module: new URL("./target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
