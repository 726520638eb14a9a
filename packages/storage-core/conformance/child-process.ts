/** Runs a role in a process of its own. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ChildEnd, type ChildRun, ENTRY, LIMIT_MS, Told } from "./child-run.ts";
import type { Role } from "./roles.ts";
import type { LoadedTarget } from "./target.ts";

export type { ChildEnd, ChildRun } from "./child-run.ts";

export function runRole(target: LoadedTarget, role: Role, args: readonly string[]): ChildRun {
  const child = spawn(
    process.execPath,
    [...(target.execArgv ?? []), fileURLToPath(ENTRY), String(target.module), role, ...args],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const told = new Told();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => told.add(JSON.parse(line)));
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      told.end();
      resolve({ code, signal, told: told.all, stderr });
    });
  });
  return {
    ended,
    next: () => told.next(),
    go: () => void child.stdin.write("go\n"),
    kill: () => void child.kill("SIGKILL"),
  };
}
