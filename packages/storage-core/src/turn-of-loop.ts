/**
 * Keeps the event loop alive. A synchronous engine answers within the microtask queue, where a loop of awaits would keep
 * every timer and socket of the process waiting until it ends. So work is counted by the turn of the loop that it is done in:
 * once a turn has lasted for a slice, whoever goes on waits for another turn first.
 *
 * Those who wait are let on in the order in which they came, as many in a turn as a slice has room for. If all went on in the next turn, the first would
 * use it up again and again, and the others would do one step in each. If only one did, a thousand who have little to do would wait for a thousand turns.
 */

/** How long one turn of the loop may be kept busy, in milliseconds. */
const SLICE_MS = 3;

/** So many are let on in one turn, at most. */
const MOST_AT_ONCE = 100;

let began = 0;
let counting = false;
const waiting: (() => void)[] = [];
/** How many of those who wait have an immediate in which one is let on. */
let scheduled = 0;

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
    schedule();
  });
}

function startSlice(): void {
  began = performance.now();
  counting = true;
  setImmediate(endTurn).unref();
}

function endTurn(): void {
  counting = false;
}

function schedule(): void {
  if (scheduled >= Math.min(waiting.length, MOST_AT_ONCE)) return;
  scheduled++;
  setImmediate(letOneOn);
}

/** Between two immediates of a turn Node does all that the one who was let on has to do before it waits again. */
function letOneOn(): void {
  scheduled--;
  if (!crowded()) waiting.shift()?.();
  schedule();
}
