/** What SQLite's result codes mean in the contract. https://www.sqlite.org/rescode.html */
import {
  StorageBusyError,
  StorageCorruptError,
  StorageError,
  StorageFormatError,
  StorageIOError,
  StorageLimitError,
  TransactionConflictError,
} from "@caterpillar/storage-core/driver";

/** The extended result code, such as `SQLITE_BUSY_SNAPSHOT`; "" where the error has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}

/** Whether somebody else holds a lock that is needed. */
export function isLocked(error: unknown): boolean {
  return /^SQLITE_(BUSY(?!_SNAPSHOT)|LOCKED|PROTOCOL)/.test(codeOf(error));
}

/** What better-sqlite3 says of a value that it cannot hand to SQLite. */
function isTooBig(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("too big");
}

/** The contract's error for what SQLite threw, or the error itself where the contract has none that says more. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof StorageError) return error;
  const cause = { cause: error };
  const code = codeOf(error);
  // The second one is what the worker threw: of an error that comes from another thread, the code is left.
  if (code === "SQLITE_BUSY_SNAPSHOT" || code === "TRANSACTION_CONFLICT") {
    return new TransactionConflictError(undefined, cause);
  }
  if (isLocked(error)) {
    return new StorageBusyError(`${path} is locked by another process or thread`, cause);
  }
  if (code === "SQLITE_NOTADB") {
    return new StorageFormatError(`${path} is not a SQLite database; nothing was changed`, cause);
  }
  if (/^SQLITE_CORRUPT/.test(code)) {
    return new StorageCorruptError(
      `${path} is damaged or truncated; restore it from a copy`,
      cause,
    );
  }
  if (code === "SQLITE_TOOBIG" || isTooBig(error)) {
    return new StorageLimitError("SQLite holds values of up to 1,000,000,000 bytes", cause);
  }
  // SQLite's own codes, and those of the operating system, such as EACCES.
  if (/^(SQLITE_(FULL|IOERR|CANTOPEN|READONLY|PERM|NOLFS)|E[A-Z]+$)/.test(code)) {
    return new StorageIOError(
      `${path} cannot be read or written (${code}): ${(error as Error).message}`,
      cause,
    );
  }
  return error;
}
