/** Takes away the right to write. Permissions stop nobody who is root, so checks of them run as somebody else then. */
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Need, need } from "./need.ts";

/** The user that owns nothing, on Linux. */
const NOBODY = 65534;

/** Permissions that stop somebody: on Windows, and where nobody can be somebody else than root, they do not. */
export const permissions: Need = need("permissions", () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const file = join(folder, "file");
  const root = process.geteuid?.() === 0;
  try {
    chmodSync(folder, 0o755);
    writeFileSync(file, "");
    chmodSync(file, 0);
    if (root) process.seteuid?.(NOBODY);
    readFileSync(file);
    return "a file without permission can be read all the same";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EACCES" ? undefined : `permissions cannot be taken away: ${error}`;
  } finally {
    if (root) process.seteuid?.(0);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Gives up root's rights, for the rest of this process. Nothing happens where it has none. */
export function becomeNobody(): void {
  if (process.geteuid?.() === 0) process.seteuid?.(NOBODY);
}

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

/** Lets everybody do everything in the folder. */
export function allowAll(folder: string): void {
  for (const path of pathsIn(folder))
    chmodSync(path, lstatSync(path).isDirectory() ? 0o777 : 0o666);
}

function pathsIn(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return ["", ...below].map((path) => join(folder, path));
}

/** Runs the steps while nothing in the folder can be changed and nothing can be made in it, and proves first that this is so. */
export async function withoutWriting<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const paths = pathsIn(folder);
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
