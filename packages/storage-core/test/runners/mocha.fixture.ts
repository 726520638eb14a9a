import { mocha } from "../../conformance/mocha.ts";
import { registerConformance } from "../../conformance/register.ts";
import { checks, runnersTarget } from "./checks.ts";

registerConformance(await runnersTarget(), mocha, { checks });
