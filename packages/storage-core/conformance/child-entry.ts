/** The first module of a process or thread that a check starts: module, role and arguments come on the command line. */
import { type Role, type RoleFunction, roles } from "./roles.ts";
import { loadTarget } from "./target.ts";

const [module, role, ...args] = process.argv.slice(2);
const { storage } = await loadTarget({ name: "child", module: module as string });
const run: RoleFunction = roles[role as Role];
await run(storage, args);
