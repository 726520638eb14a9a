import { testFileStore } from "../conformance/file-store.ts";

testFileStore({
  name: "lmdb",
  module: new URL("../../storage-lmdb/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
