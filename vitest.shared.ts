import { defineConfig, type ViteUserConfig } from "vitest/config";

/** What every package's tests share: sources instead of builds, one process per file. */
const shared: ViteUserConfig = defineConfig({
  ssr: {
    resolve: { conditions: ["@caterpillar/source", "module", "node", "development|production"] },
  },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    execArgv: [
      // For threads that a driver starts, which Node itself loads.
      "--conditions=@caterpillar/source",
      // Each of them removes the types of our sources in WebAssembly, and V8 has crashed while it compiled the calls out of that again (CONTRIBUTING.md).
      "--wasm-wrapper-tiering-budget=1000000000",
    ],
    // Most tests wait for disks and other processes a good part of their time. By default one core is left unused, which is half of two.
    maxWorkers: "100%",
    // For disks that others keep busy; most take some milliseconds.
    testTimeout: 120_000,
    // CommonJS dependencies are imported as Node itself does.
    deps: { interopDefault: false },
  },
});

export default shared;
