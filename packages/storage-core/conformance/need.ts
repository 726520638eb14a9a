/** What a check needs of the machine that it runs on. Where that is missing, the check is not run, and the report says why. */

export interface Need {
  /** For people who read what a check needs: `strace`. */
  readonly name: string;
  /** Why it cannot be had here: `strace is not installed`; `undefined` where it is there, which was tried and not just looked up. */
  missing(): Missing | Promise<Missing>;
}

type Missing = string | undefined;

/** A need that is looked for once. `tryIt` answers why it cannot be had. */
export function need(name: string, tryIt: Need["missing"]): Need {
  let tried: { readonly why: ReturnType<Need["missing"]> } | undefined;
  return {
    name,
    missing() {
      tried ??= { why: tryIt() };
      return tried.why;
    },
  };
}
