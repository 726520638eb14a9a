import { testConformance } from "@caterpillar/storage-core/conformance/vitest";

const execArgv = ["--conditions=@caterpillar/source"];

testConformance({ name: "memory", module: new URL("./target.ts", import.meta.url), execArgv });
