import { testFileStore } from "../conformance/file-store.ts";

testFileStore({
  name: "sqlite",
  module: new URL("../../storage-sqlite/test/target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});
