/** Failures that a check provokes, and promises that may fail before it looks at them. */

/**
 * What the promise rejects with; `undefined` if it does not. For checks that make an engine fail: drivers may tell such a failure in different
 * codes, but never without one.
 */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Whether it is a `StorageError`, of whatever code. */
export function isTyped(error: unknown): boolean {
  const { code, retryable } = (error ?? {}) as { code?: unknown; retryable?: unknown };
  return error instanceof Error && typeof code === "string" && typeof retryable === "boolean";
}

/** For a promise that is awaited later: until then its failure is not an unhandled rejection, which would end the process. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** What it says, and what its causes say: a storage's error tells what failed, and the engine's why. */
export function wordsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : wordsOf(error.cause))];
}
