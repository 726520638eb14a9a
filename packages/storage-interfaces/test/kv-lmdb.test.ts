import { testKVStore } from "../conformance/kv-store.ts";

testKVStore({
  name: "lmdb",
  module: new URL("../../storage-lmdb/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
