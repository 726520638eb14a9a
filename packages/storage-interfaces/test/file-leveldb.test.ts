import { testFileStore } from "../conformance/file-store.ts";

testFileStore({
  name: "leveldb",
  module: new URL("../../storage-leveldb/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
