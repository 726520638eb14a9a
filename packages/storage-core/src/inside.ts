/**
 * Which transactions the running code is inside of: code in the function given to `transaction()`, and all that it awaits.
 * A write on the storage from in there would queue behind the transaction, and the transaction would wait for the write.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** What a transaction keeps busy while its function runs. */
export interface Held {
  /** The queue whose turn it has; `undefined` for one that only reads. */
  readonly queue: object | undefined;
  /** The storage that it belongs to. */
  readonly owner: object;
}

interface Inside extends Held {
  readonly outer: Inside | undefined;
  /** Work that the function left behind may go on after it; then it waits for nothing any more. */
  over: boolean;
}

const current = new AsyncLocalStorage<Inside>();

/** Runs the function as the inside of a transaction. */
export async function runInside<T>(held: Held, run: () => T | Promise<T>): Promise<T> {
  const inside: Inside = { ...held, outer: stillRunning(current.getStore()), over: false };
  try {
    return await current.run(inside, run);
  } finally {
    inside.over = true;
  }
}

/** A chain of transactions, each begun from the last one's code, must not keep all that are over. */
function stillRunning(inside: Inside | undefined): Inside | undefined {
  let running = inside;
  while (running?.over) running = running.outer;
  return running;
}

/** Whether the caller is inside of a transaction that has the turn of this queue. */
export function isInside(queue: object): boolean {
  return someInside((held) => held.queue === queue);
}

/** Whether the caller is inside of a transaction of this storage. */
export function isRunningIn(owner: object): boolean {
  return someInside((held) => held.owner === owner);
}

function someInside(matches: (held: Held) => boolean): boolean {
  for (let inside = current.getStore(); inside !== undefined; inside = inside.outer) {
    if (!inside.over && matches(inside)) return true;
  }
  return false;
}
