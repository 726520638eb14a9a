/** A disk of a few megabytes, which fills up: a file system in memory that only one process and those that it starts can see. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Need, need } from "./need.ts";

/** Who is root in a namespace of their own may mount there; where the system allows no such namespace, root itself may. */
const NAMESPACES = ["-rm", "-m"];

/** Runs a command for which there is a disk of so many bytes in the place of the folder. */
export function onSmallDisk(folder: string, bytes: number): readonly string[] {
  return mounted(usable() ?? "", folder, bytes);
}

function mounted(namespaces: string, folder: string, bytes: number): readonly string[] {
  const mount = `mount -t tmpfs -o size=${bytes} tmpfs "$0" && exec "$@"`;
  return ["unshare", namespaces, "sh", "-c", mount, folder];
}

let found: { readonly namespaces: string | undefined } | undefined;

/** How it can be mounted, which was tried. */
function usable(): string | undefined {
  found ??= { namespaces: NAMESPACES.find(fillsUp) };
  return found.namespaces;
}

/** Whether a disk can be mounted in such namespaces, and is full when it is. */
function fillsUp(namespaces: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const fill = ["sh", "-c", `cd "$0" && head -c 200000 /dev/zero > file; wc -c < file`, folder];
    const [command = "", ...args] = [...mounted(namespaces, folder, 1 << 16), ...fill];
    const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
    return status === 0 && Number(stdout) === 1 << 16;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const smallDisk: Need = need("a small disk", () =>
  process.platform === "linux" && usable() !== undefined
    ? undefined
    : "no small disk can be mounted: it takes Linux, and the right to mount in a namespace (unshare -rm)",
);
