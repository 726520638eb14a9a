import { testKVStore } from "../conformance/kv-store.ts";

testKVStore({
  name: "leveldb",
  module: new URL("../../storage-leveldb/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
