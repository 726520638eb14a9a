/** One call after another, with no promise where the engine answers directly. */
import { isPending, type MaybePromise, type Pair, type Session } from "./contender.ts";
import { Pacing } from "./pacing.ts";

/** Gets each key, and shows what came. */
export async function getEach(
  session: Session,
  keys: readonly string[],
  see: (value: string | undefined) => void,
): Promise<void> {
  for (const key of keys) {
    const answer = session.get(key);
    see(isPending(answer) ? await answer : answer);
  }
}

/** Sets each pair, when the one before it is durable. */
export function setEach(session: Session, pairs: readonly Pair[]): Promise<void> {
  return writeEach(pairs, ([key, value]) => session.set(key, value));
}

/** Does one write after another. */
export async function writeEach<T>(
  items: Iterable<T>,
  write: (item: T) => MaybePromise<unknown>,
): Promise<void> {
  const pacing = new Pacing();
  for (const item of items) {
    const answer = write(item);
    const wait = isPending(answer) ? answer : pacing.rest();
    if (wait !== undefined) await wait;
  }
}

/** Begins all writes, and waits for all of them. */
export async function writeAtOnce<T>(
  items: Iterable<T>,
  write: (item: T) => MaybePromise<unknown>,
): Promise<void> {
  const pacing = new Pacing();
  const pending: PromiseLike<unknown>[] = [];
  for (const item of items) {
    const answer = write(item);
    if (isPending(answer)) pending.push(answer);
    else {
      const rest = pacing.rest();
      if (rest !== undefined) await rest;
    }
  }
  await Promise.all(pending);
}
