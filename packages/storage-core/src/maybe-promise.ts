/** A value, or a promise of it: lets a synchronous engine answer without the cost of a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Tells a promise from a value. Stored values are strings and bytes, so nothing else is thenable. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value !== null && typeof value === "object" && "then" in value;
}

/** Goes on with `next` at once where there is a value, later where there is a promise. */
export function chain<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** For a promise whose failure is told elsewhere. */
export function ignore(): void {}
