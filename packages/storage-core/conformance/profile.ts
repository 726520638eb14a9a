/** How much of what takes long a run does. Each profile runs every check. */

export type Profile =
  /** Minutes for a driver: for each change. */
  | "quick"
  /** Thousands of kills and random steps, for hours: for a release. */
  | "full";

export const PROFILES: readonly Profile[] = ["quick", "full"];

/** So many times, by profile. */
export type Times = Readonly<Record<Profile, number>>;
