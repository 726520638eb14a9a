/** A line of those who wait for their turn, first come first served, each until its own deadline. */
import { busy, type Deadline, LONGEST_TIMER, timeLeft } from "./wait.ts";

export interface Waiting {
  readonly deadline: Deadline;
  readonly reject: (error: unknown) => void;
}

export class WaitingLine<T extends Waiting> {
  #line: T[] = [];
  /** What the line is waiting for; `undefined` while that takes no time. */
  #heldBy: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  get head(): T | undefined {
    return this.#line[0];
  }

  push(one: T): void {
    this.#line.push(one);
    if (this.#heldBy !== undefined) this.#wakeIn(timeLeft(one.deadline));
  }

  shift(): T | undefined {
    return this.#line.shift();
  }

  /** Takes those at the head for which it holds, `limit` at most. */
  takeWhile<U extends T>(holds: (one: T) => one is U, limit: number): U[] {
    let count = 0;
    while (count < limit && count < this.#line.length && holds(this.#line[count] as T)) count++;
    return this.#line.splice(0, count) as U[];
  }

  remove(one: T): void {
    this.#line = this.#line.filter((other) => other !== one);
  }

  /** Until `hold`'s promise resolves, those in the line may run out of time, and are told what they waited for. */
  async hold(by: string, until: Promise<void>): Promise<void> {
    this.#heldBy = by;
    for (const one of this.#line) this.#wakeIn(timeLeft(one.deadline));
    await until;
    this.#heldBy = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #wakeIn(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    this.#timer = setTimeout(
      () => this.#expire(),
      Math.min(Math.max(1, Math.ceil(ms)), LONGEST_TIMER),
    );
  }

  #expire(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const [late, left]: [T[], T[]] = [[], []];
    for (const one of this.#line) (timeLeft(one.deadline) <= 0 ? late : left).push(one);
    this.#line = left;
    for (const one of left) this.#wakeIn(timeLeft(one.deadline));
    for (const one of late) one.reject(busy(one.deadline, this.#heldBy ?? "its turn"));
  }
}
