/** Takes away the right to write. Permissions stop nobody who is root, so checks of them run as somebody else then. */
import { chmodSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The user that owns nothing, on Linux. */
const NOBODY = 65534;

/** Runs as somebody without rights, also where the process is root's, who may do everything. Only one such run at a time. */
export async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(NOBODY);
  try {
    return await run();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

/** Runs the steps while nothing in the folder can be changed and nothing can be made in it, and proves first that this is so. */
export async function withoutWriting<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const paths = ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })].map((below) =>
    join(folder, below),
  );
  const folders = paths.filter((path) => lstatSync(path).isDirectory());
  const files = paths.filter((path) => lstatSync(path).isFile());
  for (const path of files) chmodSync(path, 0o444);
  for (const path of folders) chmodSync(path, 0o555);
  try {
    return await asNobody(async () => {
      for (const path of folders) prove(() => writeFileSync(join(path, "proof"), ""));
      for (const path of files) prove(() => writeFileSync(path, "", { flag: "r+" }));
      return await run();
    });
  } finally {
    for (const path of folders) chmodSync(path, 0o755);
    for (const path of files) chmodSync(path, 0o644);
  }
}

function prove(write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM" || code === "EROFS") return;
    throw error;
  }
  throw new Error("this process may write where nobody may: the check would prove nothing");
}
