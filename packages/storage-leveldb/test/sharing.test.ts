import { testIncrements } from "@caterpillar/storage-core/conformance/vitest";

const module = new URL("./target.ts", import.meta.url);
const execArgv = ["--conditions=@caterpillar/source"];

testIncrements({ name: "leveldb", module, execArgv }, { times: 500 });
