/** How long something takes on average, so that a kill can come at any point of it. */
export class Pace {
  #total: number;
  #times = 1;

  /** What is taken for true until it is known better, in milliseconds. */
  constructor(guess: number) {
    this.#total = guess;
  }

  add(ms: number): void {
    this.#total += ms;
    this.#times++;
  }

  /** In milliseconds. */
  get mean(): number {
    return this.#total / this.#times;
  }
}
