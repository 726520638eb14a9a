import { testConformance } from "@caterpillar/storage-core/conformance/node-test";

await testConformance({ name: "rocksdb", module: new URL("./target.ts", import.meta.url) });
