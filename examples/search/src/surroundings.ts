/** What a step has around it: where to tell what it did, how far it is, and whether to stop. */
import type { Progress } from "./progress.ts";
import type { Report } from "./report.ts";

export interface Surroundings {
  readonly report: Report;
  readonly progress: Progress;
  /** Stops the job between two transactions. */
  readonly signal: AbortSignal;
}
