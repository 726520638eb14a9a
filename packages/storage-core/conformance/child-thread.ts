/** Runs a role in a worker thread of this process. */
import { Worker } from "node:worker_threads";
import { type ChildEnd, type ChildRun, ENTRY, environment, LIMIT_MS, Told } from "./child-run.ts";
import type { Role } from "./roles.ts";
import type { LoadedTarget } from "./target.ts";

/** Runs the role, and ends its thread after so many milliseconds; never, where that is `Infinity`. */
export function runRoleInThread(
  target: LoadedTarget,
  role: Role,
  args: readonly string[],
  limit: number = LIMIT_MS,
): ChildRun {
  const worker = new Worker(ENTRY, {
    argv: [String(target.module), role, ...args],
    ...toldBesides(target.execArgv ?? []),
    env: environment(),
    stderr: true,
  });
  const timer =
    limit === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => worker.terminate(), limit);
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
    send: (text) => worker.postMessage(text),
    go: () => worker.postMessage("go"),
    kill: () => void worker.terminate(),
  };
}

/** A thread has by itself what its process was started with. Where it is told again, Node refuses what is meant for V8. */
function toldBesides(execArgv: readonly string[]): { execArgv?: string[] } {
  const isKnown = execArgv.every((argument) => process.execArgv.includes(argument));
  return isKnown ? {} : { execArgv: [...execArgv] };
}
