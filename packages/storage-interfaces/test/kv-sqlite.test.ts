import { testKVStore } from "../conformance/kv-store.ts";

testKVStore({
  name: "sqlite",
  module: new URL("../../storage-sqlite/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
