/** One line on a terminal that tells how far a run is, and for how long it will go on. In a pipe it says nothing. */
import type { WriteStream } from "node:tty";

const CLEAR = "\r\x1b[K";
const MINUTE_S = 60;

export class Progress {
  readonly #stream: WriteStream | undefined;
  readonly #steps: number;
  readonly #began = performance.now();
  #done = 0;

  constructor(stream: WriteStream, steps: number) {
    this.#stream = stream.isTTY ? stream : undefined;
    this.#steps = steps;
  }

  /** Tells which step comes next. */
  step(what: string): void {
    const elapsed = (performance.now() - this.#began) / 1000;
    const left =
      this.#done === 0
        ? ""
        : `, ${duration((elapsed / this.#done) * (this.#steps - this.#done))} left`;
    this.#done++;
    const line = `${this.#done}/${this.#steps}${left}  ${what}`;
    this.#stream?.write(CLEAR + line.slice(0, this.#stream.columns - 1));
  }

  /** Takes the line away, so that others can write. */
  clear(): void {
    this.#stream?.write(CLEAR);
  }
}

function duration(seconds: number): string {
  if (seconds < MINUTE_S) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / MINUTE_S)} min`;
}
