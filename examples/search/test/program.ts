/** Runs the program as its users do: as a process. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../src/main.ts");
/** A program that hangs is ended, and that is a failure. */
const LIMIT_MS = 50_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runProgram(
  args: readonly string[],
  onStart?: (child: ChildProcess) => void,
): Promise<Ended> {
  const { INIT_CWD: _, NO_COLOR: __, ...env } = process.env;
  const child = spawn(process.execPath, ["--conditions=@caterpillar/source", MAIN, ...args], {
    env: { ...env, FORCE_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  onStart?.(child);
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
