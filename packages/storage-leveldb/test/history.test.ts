import { testRandomHistory } from "@caterpillar/storage-core/conformance/vitest";

const module = new URL("./target.ts", import.meta.url);

testRandomHistory({ name: "leveldb", module }, { steps: 20_000 });
