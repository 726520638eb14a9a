/** What classic-level's error codes mean in the contract. https://github.com/Level/classic-level */
import {
  StorageCorruptError,
  StorageError,
  StorageIOError,
  StorageLockedError,
} from "@caterpillar/storage-core/driver";

interface LevelError extends Error {
  readonly code?: string;
}

/** The contract's error for what LevelDB threw, or the error itself where the contract has none that says more. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  // A failed open has what went wrong as its cause.
  const reason = (error.cause ?? error) as LevelError;
  const cause = { cause: error };
  switch (reason.code) {
    case "LEVEL_LOCKED":
      return lockedError(path, error);
    case "LEVEL_CORRUPTION":
      return new StorageCorruptError(
        `${path} is damaged; restore it from a copy, or repair it with LevelDB's own tools`,
        cause,
      );
  }
  // Synchronous reads tell no code.
  const isIO = reason.code === "LEVEL_IO_ERROR" || reason.message.startsWith("IO error: ");
  if (!isIO) return error;
  return new StorageIOError(`${path} cannot be read or written: ${reason.message}`, cause);
}

export function lockedError(path: string, cause?: unknown): StorageLockedError {
  return new StorageLockedError(
    `${path} is open in another process or thread; LevelDB lets one at a time have it`,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * The error of a write that failed, and of all that come after it. LevelDB cannot know then what of its log is on the disk, and takes no
 * more writes until it has read the log again.
 */
export function translateWrite(error: unknown, path: string): unknown {
  const translated = translate(error, path);
  if (!(translated instanceof StorageIOError)) return translated;
  return new StorageIOError(
    `${path} could not be written, and LevelDB takes no more writes before it is opened again: close all storages on it, make room, and open it; whether the first commit that failed was made, it will show then`,
    { cause: error },
  );
}
