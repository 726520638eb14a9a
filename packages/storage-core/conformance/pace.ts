/** How long something takes on average, so that what happens to it can come at any point of it. */
export class Pace {
  readonly #guess: number;
  #total = 0;
  #times = 0;

  /** What is taken for true until it is known better, in milliseconds. */
  constructor(guess: number) {
    this.#guess = guess;
  }

  add(ms: number): void {
    this.#total += ms;
    this.#times++;
  }

  get known(): boolean {
    return this.#times > 0;
  }

  /** In milliseconds. */
  get mean(): number {
    return this.known ? this.#total / this.#times : this.#guess;
  }
}
