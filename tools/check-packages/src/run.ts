/** Runs a command; what it prints is shown only where it fails. */
import { spawnSync } from "node:child_process";

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export function attempt(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  if (error !== undefined) throw error;
  return { code: status, signal, output: stdout + stderr };
}

/** The output; throws where the command did not succeed. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env?: Readonly<Record<string, string>>,
): string {
  const { code, signal, output } = attempt(command, args, cwd, env);
  if (code === 0) return output;
  throw new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${output}`);
}

/** Installs packages with plain npm, without what it says to people. */
export function npmInstall(args: readonly string[], folder: string): void {
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...args], folder);
}
