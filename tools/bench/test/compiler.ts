import { execFileSync } from "node:child_process";

/** Whether syncs can be counted here. */
export const HAS_COMPILER: boolean = process.platform === "linux" && runs("cc", "--version");

function runs(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
