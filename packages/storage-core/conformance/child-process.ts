/** Runs a role in a process of its own. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ChildEnd, type ChildRun, ENTRY, environment, LIMIT_MS, Told } from "./child-run.ts";
import type { Role } from "./roles.ts";
import type { LoadedTarget } from "./target.ts";

/** A role in a process. */
export interface ProcessRun extends ChildRun {
  /** Its number; 0 where there is none, as it could not be started. */
  readonly pid: number;
  /** Sends it a signal. */
  signal(signal: NodeJS.Signals): void;
}

export interface ProcessOptions {
  /** Its process is killed after so many milliseconds; never, where that is `Infinity`. Default: {@link LIMIT_MS}. */
  readonly limit?: number | undefined;
  /** A command that runs the command behind it, and what it is told: it is the process then, as far as its end is concerned. */
  readonly under?: readonly string[] | undefined;
  /** What is added to its environment. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Runs the role in a process. */
export function runRole(
  target: LoadedTarget,
  role: Role,
  args: readonly string[],
  { limit = LIMIT_MS, under = [], env = {} }: ProcessOptions = {},
): ProcessRun {
  const own = [...(target.execArgv ?? []), fileURLToPath(ENTRY), String(target.module), role];
  const [command, ...all] = [...under, process.execPath, ...own, ...args] as [string, ...string[]];
  const child = spawn(command, all, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...environment(), ...env },
    // So that who runs it and what is run can be killed together.
    detached: under.length > 0,
  });
  const { pid = 0 } = child;
  const kill = (): void => {
    const lives = child.exitCode === null && child.signalCode === null;
    if (under.length > 0 && lives && pid > 0) process.kill(-pid, "SIGKILL");
    else child.kill("SIGKILL");
  };
  const timer = limit === Number.POSITIVE_INFINITY ? undefined : setTimeout(kill, limit);
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
    kill,
    pid,
    signal: (signal) => void child.kill(signal),
  };
}
