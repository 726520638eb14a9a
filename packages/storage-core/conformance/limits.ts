/** Limits of what a process may use, which a shell sets for the process that it becomes. They take no rights. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Need, need } from "./need.ts";

/** So many bytes a unit of the shell's limit for files has. */
const BLOCK = 512;

/** Runs a command whose files cannot grow beyond so many bytes: what is written there fails with EFBIG. */
export function filesUpTo(bytes: number): readonly string[] {
  return underLimit("f", Math.floor(bytes / BLOCK));
}

/** Runs a command that can have so many handles at once: to open one more fails with EMFILE. */
export function handlesUpTo(count: number): readonly string[] {
  return underLimit("n", count);
}

function underLimit(which: string, limit: number): readonly string[] {
  return ["sh", "-c", `ulimit -${which} ${limit} && exec "$@"`, "sh"];
}

/** Tries to write a file that is too large, and to open too many. */
const PROBE = `
  const fs = require("node:fs");
  const codeOf = (action) => { try { action(); return "none"; } catch (error) { return error.code; } };
  const write = () => fs.writeFileSync(process.argv[1], Buffer.alloc(${2 * BLOCK}));
  const open = () => { for (let i = 0; i < 100; i++) fs.openSync("/dev/null"); };
  console.log(codeOf(write), codeOf(open));
`;

/** Limits that hold. Windows has no shell for them. */
export const limits: Need = need("limits of a shell", () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const node = [process.execPath, "-e", PROBE, join(folder, "file")];
    const [command = "", ...args] = [...filesUpTo(BLOCK), ...handlesUpTo(90), ...node];
    const { stdout, error } = spawnSync(command, args, { encoding: "utf8" });
    if (stdout === "EFBIG EMFILE\n") return undefined;
    return `a shell cannot limit what a process may use here: ${error?.message ?? stdout}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
