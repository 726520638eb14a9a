/** What a check needs of the machine that it runs on. Where that is missing, the check is not run, and the report says why. */

export interface Need {
  /** For people who read what a check needs: `strace`. */
  readonly name: string;
  /** Why it cannot be had here: `strace is not installed`; `undefined` where it is there, which was tried and not just looked up. */
  missing(): string | undefined;
}
