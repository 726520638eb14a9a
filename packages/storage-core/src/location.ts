/** Paths: what callers give, and the one real path that stands for all its names. */
import { readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StorageError, StorageIOError, StorageNotFoundError } from "./errors.ts";
import { describe } from "./keys.ts";

/** Checks what was given as a path or a name; a `file:` URL is turned into a path. */
export function toPath(path: string | URL): string {
  const given = path instanceof URL ? fileURLToPath(path) : path;
  if (typeof given !== "string") {
    throw new TypeError(`a path must be a string or a file: URL, not ${describe(given)}`);
  }
  if (given === "" || given.includes("\0")) {
    throw new TypeError("a path must not be empty, and has no NUL in it");
  }
  if (!given.isWellFormed()) {
    throw new TypeError("a path must be well-formed Unicode; this one has a lone surrogate");
  }
  return given;
}

/** The absolute path without symbolic links. The last part need not exist; `StorageNotFoundError` where its folder does not. */
export function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync.native(absolute);
  } catch (error) {
    if (!isMissing(error)) throw unreachable(absolute, error);
  }
  try {
    const nominal = join(realpathSync.native(dirname(absolute)), basename(absolute));
    const target = linkTarget(nominal);
    // A link to nothing is another name of what may come into being there.
    return target === undefined ? nominal : realPath(target);
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    if (!isMissing(cause)) throw unreachable(absolute, cause);
    throw new StorageNotFoundError(
      `there is no storage at ${absolute}: ${dirname(absolute)} is no folder; create it first`,
      { cause },
    );
  }
}

/** Where a symbolic link leads; `undefined` where there is none. */
function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** Tells one file or folder from another that has taken its name since; `undefined` where there is none. */
export function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

/** The error of calls on a storage whose file or folder is not at its path any more. */
export function movedError(path: string): StorageIOError {
  return new StorageIOError(
    `${path} was moved or replaced while it was open; close this storage, and open it again`,
  );
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function unreachable(path: string, cause: unknown): StorageIOError {
  return new StorageIOError(`${path} cannot be reached: ${(cause as Error).message}`, { cause });
}
