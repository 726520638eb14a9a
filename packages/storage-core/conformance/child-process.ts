/** Runs a role in a process of its own. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ChildEnd, type ChildRun, ENTRY, LIMIT_MS, Told } from "./child-run.ts";
import type { Role } from "./roles.ts";
import type { LoadedTarget } from "./target.ts";

export type { ChildEnd, ChildRun } from "./child-run.ts";

/** Runs the role, and kills its process after so many milliseconds; never, where that is `Infinity`. */
export function runRole(
  target: LoadedTarget,
  role: Role,
  args: readonly string[],
  limit: number = LIMIT_MS,
): ChildRun {
  const child = spawn(
    process.execPath,
    [...(target.execArgv ?? []), fileURLToPath(ENTRY), String(target.module), role, ...args],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const timer =
    limit === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => child.kill("SIGKILL"), limit);
  const told = new Told();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => told.add(JSON.parse(line)));
  // What is sent to one that has ended goes nowhere; its end says more.
  child.stdin.on("error", () => {});
  const send = (text: string): void => void child.stdin.write(`${JSON.stringify(text)}\n`);
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.on("error", (error) => {
      told.end();
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      told.end();
      resolve({ code, signal, told: told.all, stderr });
    });
  });
  return {
    ended,
    next: () => told.next(),
    send,
    go: () => send("go"),
    kill: () => void child.kill("SIGKILL"),
  };
}
