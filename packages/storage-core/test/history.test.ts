import { testRandomHistory } from "@caterpillar/storage-core/conformance/vitest";

const module = new URL("./target.ts", import.meta.url);
const slow = new URL("./slow-target.ts", import.meta.url);

testRandomHistory({ name: "memory", module }, { steps: 20_000 });
testRandomHistory({ name: "memory behind promises", module: slow }, { steps: 10_000 });
