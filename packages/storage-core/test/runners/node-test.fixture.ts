import { nodeTest } from "../../conformance/node-test.ts";
import { registerConformance } from "../../conformance/register.ts";
import { checks, runnersTarget } from "./checks.ts";

registerConformance(await runnersTarget(), nodeTest, { checks });
