/** Runs a role in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Role } from "./roles.ts";
import type { LoadedTarget } from "./target.ts";

/** A process that hangs is ended after so many milliseconds, and that is a failure. */
const LIMIT_MS = 30_000;

/** How a process ended, and what it told. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly told: readonly unknown[];
  readonly stderr: string;
}

export interface ChildRun {
  readonly process: ChildProcess;
  /** Resolves to the next thing that it tells; to `undefined` when it ended without another. */
  next(): Promise<unknown>;
  /** Lets a role that waits go on. */
  go(): void;
  readonly ended: Promise<ChildEnd>;
}

export function runRole(target: LoadedTarget, role: Role, args: readonly string[]): ChildRun {
  const entry = new URL(
    `./child-entry${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`,
    import.meta.url,
  );
  const child = spawn(
    process.execPath,
    [...(target.execArgv ?? []), entry.pathname, String(target.module), role, ...args],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const told: unknown[] = [];
  let taken = 0;
  let over = false;
  let wake: () => void = () => {};
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    told.push(JSON.parse(line));
    wake();
  });
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      over = true;
      wake();
      resolve({ code, signal, told, stderr });
    });
  });
  return {
    process: child,
    ended,
    go: () => child.stdin.write("go\n"),
    async next() {
      while (taken >= told.length && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return told[taken++];
    },
  };
}
