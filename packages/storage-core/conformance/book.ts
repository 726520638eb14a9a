/** Who has entries made in a ledger of a process that may be refused any of them, and knows which of them must be there. */
import type { Context } from "./context.ts";
import type { Subject } from "./subject.ts";

export class Book {
  readonly #context: Context;
  readonly #subject: Subject;
  #there: readonly number[] = [];
  /** What was refused since the storage was opened, and since anything was acknowledged. */
  #inDoubt: number[] = [];
  #refused = 0;
  #newest = 0;

  constructor(context: Context, subject: Subject) {
    this.#context = context;
    this.#subject = subject;
  }

  /** The commits that must be there, in order: those that were acknowledged, and such as were there when it was opened. */
  get there(): readonly number[] {
    return this.#there;
  }

  /** How many commits were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** The number of the last commit that was tried. */
  get newest(): number {
    return this.#newest;
  }

  /** Commits the next entry, of so many characters in each of two containers; tells whether it was acknowledged. Else it must say why. */
  async enter(size: number): Promise<boolean> {
    const n = ++this.#newest;
    const { thrown } = await this.#subject.try("enter", n, size);
    if (thrown === undefined) {
      this.#there = [...this.#there, n];
      this.#inDoubt = [];
      return true;
    }
    this.#refused++;
    this.#inDoubt.push(n);
    const what = `commit ${n}, which failed: ${thrown.message}`;
    this.#context.equal(thrown.refusal, "STORAGE_IO", what);
    this.#context.ok(thrown.cause !== undefined, `the error names its cause: ${what}`);
    return false;
  }

  /** Fails unless the process sees what must be there, and nothing of anything else. */
  async check(when: string): Promise<void> {
    const { numbers } = await this.#subject.do("readLedger");
    this.#context.equal(numbers, this.#there, `the commits that are there ${when}`);
  }

  /**
   * The same when the storage was opened again, after a commit may have been refused because it could not be synced: such commits may be
   * there. What is there once must stay.
   */
  async checkOpened(when: string): Promise<void> {
    const { numbers } = await this.#subject.do("readLedger");
    const known = numbers.filter((n) => !this.#inDoubt.includes(n));
    this.#context.equal(known, this.#there, `the commits that are there ${when}, but the refused`);
    this.#there = numbers;
    this.#inDoubt = [];
  }
}
