/**
 * Keeps the event loop alive. A synchronous engine answers within the microtask queue, where a loop of awaits would keep
 * every timer and socket of the process waiting until it ends. So work is counted by the turn of the loop that it is done in:
 * once a turn has lasted for a slice, whoever goes on waits for another turn first.
 *
 * Those who wait are let on in the order in which they came, one in each turn, and each has a slice of its own. If all went on
 * in the next turn, the first would use it up again and again, and the others would do one step in each.
 */

/** How long one turn of the loop may be kept busy, in milliseconds. */
const SLICE_MS = 3;

let began = 0;
let counting = false;
const waiting: (() => void)[] = [];

/** Whether this turn of the event loop has been kept busy for a slice already. */
export function crowded(): boolean {
  if (!counting) startSlice();
  return performance.now() - began > SLICE_MS;
}

/** A check that is made when it is asked for, but once only in a turn of the event loop; it is made again where it has thrown. */
export function oncePerTurn(check: () => void): () => void {
  let checked = false;
  const forget = (): void => {
    checked = false;
  };
  return () => {
    if (checked) return;
    check();
    checked = true;
    setImmediate(forget).unref();
  };
}

/** Resolves in a later turn of the event loop, when timers and sockets have had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(letOneOn);
  });
}

function startSlice(): void {
  began = performance.now();
  if (counting) return;
  counting = true;
  setImmediate(endTurn).unref();
}

function endTurn(): void {
  counting = false;
}

function letOneOn(): void {
  startSlice();
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(letOneOn);
}
