/**
 * A storage that is a folder with an engine's files in it, and a marker beside them that says whose it is. The marker can be read without
 * the engine: engines tidy up when they open what they take for theirs, and some of them crash on what is not.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createAt } from "./creation.ts";
import {
  StorageCorruptError,
  StorageFormatError,
  StorageIOError,
  StorageNotFoundError,
} from "./errors.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import { checkVersion } from "./ordered-engine.ts";

/** The name of the marker. */
export const MARKER = "CATERPILLAR";

/** What the marker says. */
export interface FolderFormat {
  /** The name of the driver. */
  readonly driver: string;
  /** The version that the driver writes, and the newest that it reads. */
  readonly version: number;
}

/**
 * Creates a storage at the path, durably, so that it appears whole or not at all. `make` puts the engine's files into a new folder, closes
 * and syncs them. `DuplicateStorageError` where anything is at the path.
 */
export async function createFolder(
  path: string,
  format: FolderFormat,
  make: (folder: string) => MaybePromise<void>,
): Promise<void> {
  await createAt(path, async (folder) => {
    mkdirSync(folder);
    await make(folder);
    synced(join(folder, MARKER), "w", (file) => writeSync(file, markerOf(format)));
    // Windows cannot sync a folder, and keeps names by itself.
    if (process.platform !== "win32") synced(folder, "r");
  });
}

/**
 * Throws where the path is not a storage of the driver: `StorageNotFoundError`, `StorageFormatError`, `StorageVersionError`,
 * `StorageCorruptError`, `StorageIOError`. Looks at the marker only.
 */
export function checkFolder(path: string, { driver, version }: FolderFormat): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new StorageNotFoundError(
      `there is no storage at ${path}; open it with create to make one`,
    );
  }
  if (!stats.isDirectory()) {
    throw new StorageFormatError(
      `${path} is not a folder; a storage of the driver ${driver} is one`,
    );
  }
  const marker = readMarker(path);
  const found = /^caterpillar storage: ([a-z0-9-]+), format (\d+)\n$/.exec(marker);
  if (found === null) {
    if (marker !== "" && !markerOf({ driver, version }).startsWith(marker))
      throw foreign(path, driver);
    throw new StorageCorruptError(`${join(path, MARKER)} is cut off; restore ${path} from a copy`);
  }
  if (found[1] !== driver) {
    throw new StorageFormatError(
      `${path} is a storage of the driver ${found[1]}, not of ${driver}`,
    );
  }
  checkVersion(Number(found[2]), version, path);
}

function readMarker(path: string): string {
  try {
    return readFileSync(join(path, MARKER), "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR") throw foreign(path, undefined, cause);
    throw new StorageIOError(`${path} cannot be read: ${message}`, { cause });
  }
}

function foreign(path: string, driver?: string, cause?: unknown): StorageFormatError {
  const whose = driver === undefined ? "" : ` of the driver ${driver}`;
  return new StorageFormatError(
    `${path} is a folder, but not a storage${whose}; nothing was changed`,
    cause === undefined ? undefined : { cause },
  );
}

function markerOf({ driver, version }: FolderFormat): string {
  return `caterpillar storage: ${driver}, format ${version}\n`;
}

/** Opens, acts, and syncs before it is closed. */
function synced(path: string, flags: string, act?: (file: number) => void): void {
  const file = openSync(path, flags);
  try {
    act?.(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
