/** The event loop, as checks use it: to see whether it turns, and to let it. Never in milliseconds. */
import type { Times } from "./profile.ts";

/** So many items are far more than what is done with before the loop turns again. */
export const MANY_TURNS: Times = { quick: 30_000, full: 200_000 };

/** Does the work, and answers how often the event loop came round meanwhile: 0 where the work never let go of it. */
export async function turnsDuring(
  work: (turns: () => number) => Promise<unknown>,
): Promise<number> {
  let turns = 0;
  let pending = setImmediate(turn);
  function turn(): void {
    turns++;
    pending = setImmediate(turn);
  }
  try {
    await work(() => turns);
  } finally {
    clearImmediate(pending);
  }
  return turns;
}

/** Lets everything go on that waits for nobody: resolves when the event loop has come round so many times. */
export async function letTurn(times = 10): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise that somebody else waits for, and what opens it. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Runs a check with a gate that is open at its end: what waits for it must not hold up the end of a check that failed. */
export async function withGate(run: (gate: Gate) => Promise<void>): Promise<void> {
  const own = gate();
  try {
    await run(own);
  } finally {
    own.open();
  }
}
