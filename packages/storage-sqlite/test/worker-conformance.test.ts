import { checks, loadTarget, runCheck } from "@caterpillar/storage-core/conformance";
import { describe, it } from "vitest";

/**
 * What the worker could get wrong: conflicts, durability, failures, how threads and processes end, and what is left of it. The whole kit with the option
 * is a command of its own, as each storage that is opened starts a thread.
 */
const CHOSEN = /^(CONF-(0[1-4]|1[0-2])|HIST-0[34]|BULK-13|CONC-0[45]|DUR-13|FAULT-0[36]|RES-01)/;

const target = await loadTarget({
  name: "sqlite with a worker",
  module: new URL("./worker-target.ts", import.meta.url),
  execArgv: ["--conditions=@caterpillar/source"],
});

describe("with a worker the driver passes", () => {
  for (const check of checks) {
    if (!CHOSEN.test(check.id)) continue;
    it(`${check.id} ${check.title}`, async () => {
      await runCheck(check, target);
    });
  }
});
