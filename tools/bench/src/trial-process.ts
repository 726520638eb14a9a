/** Runs each trial in a process of its own, all of them alike. */
import { fork } from "node:child_process";
import { resolve } from "node:path";
import type { LoadSpec } from "./prepared.ts";
import type { Trial, TrialSpec } from "./trial.ts";

/** What a process is told. */
export type Order =
  | { readonly kind: "trial"; readonly spec: TrialSpec }
  | { readonly kind: "load"; readonly spec: LoadSpec };

/** What it answers. */
export type Answer =
  | { readonly kind: "trial"; readonly trial: Trial }
  /** The contender has no method for the workload. */
  | { readonly kind: "cannot" }
  | { readonly kind: "loaded" }
  | { readonly kind: "failure"; readonly reason: string };

const ENTRY = resolve(import.meta.dirname, "trial-entry.ts");

export interface ProcessOptions {
  /** Beyond the environment of this process. */
  readonly environment: NodeJS.ProcessEnv;
  /** After so many milliseconds the process is killed. */
  readonly timeout: number;
}

/** Runs a process to its end; rejects where it failed, died or took too long. */
export async function runProcess(order: Order, options: ProcessOptions): Promise<Answer> {
  const { promise, resolve: answer, reject } = Promise.withResolvers<Answer>();
  const child = fork(ENTRY, [JSON.stringify(order)], {
    execArgv: [
      "--conditions=@caterpillar/source",
      "--expose-gc",
      "--disable-warning=ExperimentalWarning",
    ],
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, options.timeout);
  child.once("message", (message) => answer(message as Answer));
  child.once("error", reject);
  child.once("close", (code, signal) => {
    clearTimeout(timer);
    const how = late ? `took more than ${options.timeout} ms` : `ended with ${signal ?? code}`;
    reject(new Error(`the process ${how}\n${errors}`));
  });
  const result = await promise;
  clearTimeout(timer);
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((ended) => child.once("exit", ended));
  }
  if (result.kind === "failure") throw new Error(result.reason);
  return result;
}
