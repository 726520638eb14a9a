import { testKills } from "@caterpillar/storage-core/conformance/vitest";

const module = new URL("./target.ts", import.meta.url);
const execArgv = ["--conditions=@caterpillar/source"];

testKills({ name: "lmdb", module, execArgv }, { kills: 30 });
