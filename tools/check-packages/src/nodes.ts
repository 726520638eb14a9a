/** Versions of Node, from the npm registry. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmInstall } from "./run.ts";

/** The versions that are supported, and the last one that is not. */
export const SUPPORTED = ["22.23.3", "24.21.0", "26.10.0"];
export const TOO_OLD = "20.20.2";

/** The program of that version, in a folder of its own below `work`. */
export function nodeOf(version: string, work: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(work, `node-${version}`);
  const program = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(program)) npmInstall(["--prefix", folder, `${name}@${version}`], work);
  return program;
}
