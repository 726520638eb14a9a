/** What this repository says of itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** TypeScript and the types of Node, in the versions that the workspace pins. */
export const TYPESCRIPT_PACKAGES: readonly string[] = ["typescript", "@types/node"].map(
  (name) => `${name}@${catalogVersion(name)}`,
);

/** What the kit needs for all of its checks. */
export const FAST_CHECK_PACKAGES: readonly string[] = [
  `fast-check@${catalogVersion("fast-check")}`,
];

function catalogVersion(name: string): string {
  const file = readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const catalog = file.slice(file.indexOf("catalog:"));
  const version = new RegExp(`^  "?${name}"?: (\\S+)$`, "m").exec(catalog)?.[1];
  if (version === undefined) throw new Error(`pnpm-workspace.yaml has no ${name} in its catalog`);
  return version;
}
