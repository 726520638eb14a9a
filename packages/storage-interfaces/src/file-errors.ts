/** The errors of a file store that are not those of a storage. */

/**
 * There is no file of the id, or it was deleted, and its content collected, while it was read.
 * Not a `StorageError`: the storage did what it was asked to.
 */
export class FileNotFoundError extends Error {
  override readonly name = "FileNotFoundError";
  readonly code = "FILE_NOT_FOUND";
  /** Whether the same call may succeed a little later: ids are not used again. */
  readonly retryable = false;
  /** The id that was asked for. */
  readonly id: string;

  constructor(id: string, message: string) {
    super(message);
    this.id = id;
  }
}
