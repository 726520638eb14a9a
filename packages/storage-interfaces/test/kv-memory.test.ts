import { testKVStore } from "../conformance/kv-store.ts";

testKVStore({
  name: "memory",
  module: new URL("../../storage-core/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
