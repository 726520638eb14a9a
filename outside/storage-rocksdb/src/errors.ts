/** RocksDB's failures in the words of the contract. */
import {
  StorageCorruptError,
  StorageIOError,
  StorageLockedError,
} from "@caterpillar/storage-core/driver";

const LOCKED = /lock hold by current process|While lock file/;
/** What the operating system says where it is not the file's contents that are wrong. */
const REFUSED =
  /No space left|File too large|Too many open files|Input\/output error|Permission denied|Read-only file system|quota exceeded/i;

/**
 * The binding gives all failures of the engine the code of an I/O error, so the words have to tell. What is neither a lock nor the system's
 * refusal is what RocksDB could not make sense of.
 */
export function toStorageError(error: unknown, path: string): unknown {
  const { code, syscall, message } = innermost(error);
  // A mistake in this driver: the core says so.
  if (code === undefined) return error;
  const options = { cause: error };
  if (LOCKED.test(message)) {
    return new StorageLockedError(`${path} is open in another process or thread`, options);
  }
  if (syscall !== undefined || REFUSED.test(message)) {
    return new StorageIOError(`${path} cannot be read or written; the cause says why`, options);
  }
  return new StorageCorruptError(`${path} is damaged; restore it from a copy`, options);
}

/** A batch that fails has the engine's error as its cause. */
function innermost(error: unknown): NodeJS.ErrnoException {
  return error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
}
