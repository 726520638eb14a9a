import { loadTarget } from "@caterpillar/storage-core/conformance";
import { describe } from "vitest";
import { registerConformance } from "../../conformance/register.ts";
import { vitest } from "../../conformance/vitest.ts";
import { checks } from "./checks.ts";

const module = new URL("../target.ts", import.meta.url);
describe("memory", async () => {
  registerConformance(await loadTarget({ name: "memory", module }), vitest, { checks });
});
