import { describe } from "vitest";
import { registerConformance } from "../../conformance/register.ts";
import { vitest } from "../../conformance/vitest.ts";
import { checks, runnersTarget } from "./checks.ts";

describe("memory", async () => {
  registerConformance(await runnersTarget(), vitest, { checks });
});
