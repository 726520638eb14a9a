/** What LMDB's and the operating system's errors mean in the contract. http://www.lmdb.tech/doc/group__errors.html */
import {
  StorageCorruptError,
  StorageError,
  StorageIOError,
  StorageLimitError,
} from "@caterpillar/storage-core/driver";
import { MAX_SNAPSHOTS } from "./lmdb.ts";

const READERS_FULL = -30790;
/** PAGE_NOTFOUND, CORRUPTED, PANIC, VERSION_MISMATCH, INVALID, and BAD_TXN, which comes after one of them. */
const DAMAGED: readonly unknown[] = [-30797, -30796, -30795, -30794, -30793, -30782];

interface LmdbError {
  /** A number of LMDB's own, or of the operating system; Node's own errors have names. */
  readonly code?: number | string;
  /** What a failed commit is about; a promise that rejects. */
  readonly commitError?: Promise<never>;
}

/** The contract's error for what LMDB threw, or the error itself where the contract has none that says more. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof StorageError) return error;
  const cause = { cause: error };
  const { code } = error as LmdbError;
  if (code === READERS_FULL) {
    return new StorageLimitError(
      `${path} has as many snapshots open as LMDB keeps, ${MAX_SNAPSHOTS} of all processes together; end transactions and iterations`,
      cause,
    );
  }
  if (DAMAGED.includes(code)) {
    return new StorageCorruptError(`${path} is damaged; restore it from a copy`, cause);
  }
  if (typeof code === "number" ? code > 0 : /^E[A-Z]+$/.test(code ?? "")) {
    return new StorageIOError(
      `${path} cannot be read or written: ${(error as Error).message}`,
      cause,
    );
  }
  return error;
}

/** What a failed commit is about; lmdb-js tells it by a promise of its own. */
export async function commitErrorOf(error: unknown): Promise<unknown> {
  try {
    await (error as LmdbError).commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}
