/** Runs a role in a worker thread of this process. */
import { Worker } from "node:worker_threads";
import { type ChildEnd, type ChildRun, ENTRY, LIMIT_MS, Told } from "./child-run.ts";
import type { Role } from "./roles.ts";
import type { LoadedTarget } from "./target.ts";

export function runRoleInThread(
  target: LoadedTarget,
  role: Role,
  args: readonly string[],
): ChildRun {
  const worker = new Worker(ENTRY, {
    argv: [String(target.module), role, ...args],
    execArgv: [...(target.execArgv ?? [])],
    stderr: true,
  });
  const timer = setTimeout(() => worker.terminate(), LIMIT_MS);
  const told = new Told();
  let stderr = "";
  worker.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  worker.on("message", (what) => told.add(what));
  // A process prints what it fails of; a thread hands it over.
  worker.on("error", (error) => {
    stderr += error instanceof Error ? error.stack : String(error);
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    worker.on("exit", (code) => {
      clearTimeout(timer);
      told.end();
      resolve({ code, signal: null, told: told.all, stderr });
    });
  });
  return {
    ended,
    next: () => told.next(),
    go: () => worker.postMessage("go"),
    kill: () => void worker.terminate(),
  };
}
