import { testFileStore } from "../conformance/file-store.ts";

testFileStore({
  name: "memory",
  module: new URL("../../storage-core/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
