import { loadTarget } from "@caterpillar/storage-core/conformance";
import { nodeTest } from "../../conformance/node-test.ts";
import { registerConformance } from "../../conformance/register.ts";
import { checks } from "./checks.ts";

const module = new URL("../target.ts", import.meta.url);
registerConformance(await loadTarget({ name: "memory", module }), nodeTest, { checks });
