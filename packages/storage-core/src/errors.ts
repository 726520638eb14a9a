/**
 * Every failure of a storage is a {@link StorageError}: act on its `code`, which never changes its meaning; read its
 * `cause` for what the engine said. A wrong type of argument is a plain `TypeError`, thrown before anything is done.
 * Messages name paths and containers, never keys' values.
 */

/** The stable codes, one for each class below. */
export type StorageErrorCode =
  | "ABORTED"
  | "CONTAINER_NOT_FOUND"
  | "DUPLICATE_CONTAINER"
  | "DUPLICATE_STORAGE"
  | "ENCODING"
  | "ENGINE"
  | "LIMIT"
  | "RESERVED_NAME"
  | "STORAGE_BUSY"
  | "STORAGE_CLOSED"
  | "STORAGE_CORRUPT"
  | "STORAGE_FORMAT"
  | "STORAGE_IO"
  | "STORAGE_LOCKED"
  | "STORAGE_NOT_FOUND"
  | "STORAGE_READONLY"
  | "STORAGE_VERSION"
  | "TRANSACTION_CONFLICT"
  | "TRANSACTION_STATE"
  | "UNSUPPORTED";

/** The base of all failures. */
export class StorageError extends Error {
  override readonly name: string = "StorageError";
  /** What went wrong, for programs. */
  readonly code: StorageErrorCode;
  /** Whether the same call may succeed if it is made again, unchanged, a little later. */
  readonly retryable: boolean;

  constructor(
    code: StorageErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

interface Cause {
  readonly cause?: unknown;
}

/** Nothing is stored at the path, and `create` was not asked for. */
export class StorageNotFoundError extends StorageError {
  override readonly name = "StorageNotFoundError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_NOT_FOUND", message, options);
  }
}

/** `create: true`, and there is something at the path already; it is untouched. */
export class DuplicateStorageError extends StorageError {
  override readonly name = "DuplicateStorageError";
  constructor(message: string, options?: Cause) {
    super("DUPLICATE_STORAGE", message, options);
  }
}

/** What is at the path is not a storage of this driver: junk, another program's file, a directory. It is untouched. */
export class StorageFormatError extends StorageError {
  override readonly name = "StorageFormatError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_FORMAT", message, options);
  }
}

/** The storage was written by a newer version of the driver than this one can read. It is untouched. */
export class StorageVersionError extends StorageError {
  override readonly name = "StorageVersionError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_VERSION", message, options);
  }
}

/** The storage is damaged: truncated, or with contents that the engine cannot make sense of. */
export class StorageCorruptError extends StorageError {
  override readonly name = "StorageCorruptError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_CORRUPT", message, options);
  }
}

/** Somebody else has the storage open, and this driver does not share it with them. */
export class StorageLockedError extends StorageError {
  override readonly name = "StorageLockedError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_LOCKED", message, { ...options, retryable: true });
  }
}

/** The time to wait ran out before it was this call's turn. Nothing was written. */
export class StorageBusyError extends StorageError {
  override readonly name = "StorageBusyError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_BUSY", message, { ...options, retryable: true });
  }
}

/** The storage was closed before the call. */
export class StorageClosedError extends StorageError {
  override readonly name = "StorageClosedError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_CLOSED", message, options);
  }
}

/** A write to a storage or a transaction that was opened with `readonly`. */
export class StorageReadonlyError extends StorageError {
  override readonly name = "StorageReadonlyError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_READONLY", message, options);
  }
}

/** The disk refused: it is full, a limit is reached, a permission is missing. Nothing of the call was written. */
export class StorageIOError extends StorageError {
  override readonly name = "StorageIOError";
  constructor(message: string, options?: Cause) {
    super("STORAGE_IO", message, options);
  }
}

/** No such container in the state that the call sees. */
export class ContainerNotFoundError extends StorageError {
  override readonly name = "ContainerNotFoundError";
  constructor(container: string) {
    super(
      "CONTAINER_NOT_FOUND",
      `there is no container ${quote(container)}; create it with addContainer() first`,
    );
  }
}

/** A container whose name begins with `bh_` belongs to an interface, and is written to by that interface only. Nothing was written. */
export class ReservedNameError extends StorageError {
  override readonly name = "ReservedNameError";
  constructor(message: string, options?: Cause) {
    super("RESERVED_NAME", message, options);
  }
}

/** `addContainer` of a name that is taken; the container is untouched. */
export class DuplicateContainerError extends StorageError {
  override readonly name = "DuplicateContainerError";
  constructor(container: string) {
    super(
      "DUPLICATE_CONTAINER",
      `there is a container ${quote(container)} already; its contents are untouched`,
    );
  }
}

/** The call does not fit the state of the transaction: begun twice, not begun, finished, or waiting for itself. */
export class TransactionStateError extends StorageError {
  override readonly name = "TransactionStateError";
  constructor(message: string, options?: Cause) {
    super("TRANSACTION_STATE", message, options);
  }
}

/** Somebody committed after this transaction's snapshot was taken. Nothing was written; run it again. */
export class TransactionConflictError extends StorageError {
  override readonly name = "TransactionConflictError";
  constructor(
    message = "another transaction has committed since this one began; nothing was written, run it again on a fresh snapshot",
    options?: Cause,
  ) {
    super("TRANSACTION_CONFLICT", message, { ...options, retryable: true });
  }
}

/** A name, a key or a value is too long for the contract or for the engine. Nothing was written. */
export class StorageLimitError extends StorageError {
  override readonly name = "StorageLimitError";
  constructor(message: string, options?: Cause) {
    super("LIMIT", message, options);
  }
}

/** A stored value is not what the encoding expects: bytes that are not UTF-8, text that is not JSON. */
export class StorageEncodingError extends StorageError {
  override readonly name = "StorageEncodingError";
  constructor(message: string, options?: Cause) {
    super("ENCODING", message, options);
  }
}

/**
 * The caller's `signal` was aborted before the work was done; `cause` is the signal's reason. Nothing was written, unless the method and the message
 * say what was: some long work is done in steps.
 */
export class StorageAbortError extends StorageError {
  override readonly name = "AbortError";
  constructor(reason: unknown, written = "nothing was written") {
    super("ABORTED", `the caller's signal was aborted; ${written}`, { cause: reason });
  }
}

/** The driver cannot run here: the version of Node or the platform lacks what its engine needs. */
export class StorageUnsupportedError extends StorageError {
  override readonly name = "StorageUnsupportedError";
  constructor(message: string, options?: Cause) {
    super("UNSUPPORTED", message, options);
  }
}

/** A name as it is shown in a message: quoted, escaped and cut at a length that a line can hold. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
