/**
 * One line on a terminal that tells how far the work is, drawn over itself. In a pipe it says
 * nothing.
 */
import type { WriteStream } from "node:tty";

/** In milliseconds; more often is a flicker, and costs time. */
const BETWEEN = 50;
const CLEAR = "\r\x1b[K";

export class Progress {
  readonly #stream: WriteStream | undefined;
  #last = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream.isTTY ? stream : undefined;
  }

  show(line: string): void {
    const now = performance.now();
    if (this.#stream === undefined || now - this.#last < BETWEEN) return;
    this.#last = now;
    this.#stream.write(CLEAR + line.slice(0, this.#stream.columns - 1));
  }

  /** Takes the line away, so that others can write. */
  clear(): void {
    if (this.#last === 0) return;
    this.#stream?.write(CLEAR);
    this.#last = 0;
  }
}
