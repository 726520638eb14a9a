/**
 * Keeps the event loop alive. A synchronous engine answers within the microtask queue, where a loop of awaits would keep
 * every timer and socket of the process waiting until it ends. So work is counted by the turn of the loop that it is done in:
 * once a turn has lasted for a slice, whoever goes on waits for the next turn first.
 */

/** How long one turn of the loop may be kept busy, in milliseconds. */
export const SLICE_MS = 4;

let began = 0;
let counting = false;

/** Whether this turn of the event loop has been kept busy for a slice already. */
export function crowded(): boolean {
  if (!counting) {
    counting = true;
    began = performance.now();
    setImmediate(endOfTurn).unref();
    return false;
  }
  return performance.now() - began > SLICE_MS;
}

function endOfTurn(): void {
  counting = false;
}

/** Resolves in the next turn of the event loop, when timers and sockets have had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
