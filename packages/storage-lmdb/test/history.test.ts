import { testRandomHistory } from "@caterpillar/storage-core/conformance/vitest";

const module = new URL("./target.ts", import.meta.url);

testRandomHistory({ name: "lmdb", module }, { steps: 20_000 });
