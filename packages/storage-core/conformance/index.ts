/**
 * The conformance kit: checks that a driver keeps the contract, as data, and what runs one.
 * With vitest, `@caterpillar/storage-core/conformance/vitest` is all that is needed.
 */
export { checks } from "./catalogue.ts";
export type { Check } from "./check.ts";
export { clauses, type Theme, themes } from "./clauses.ts";
export type { Deviation } from "./deviation.ts";
export { HOSTS, type Host, hostsFor, obstacle } from "./host.ts";
export { PROFILES, type Profile } from "./profile.ts";
export { htmlOf } from "./report/html.ts";
export { markdownOf } from "./report/markdown.ts";
export {
  type CheckOutline,
  type DriverReport,
  type Report,
  reportOf,
  type Verdict,
} from "./report/report.ts";
export type { CheckResult, Status } from "./report/result.ts";
export { textOf } from "./report/text.ts";
export { type Passed, type RunOptions, runCheck } from "./run.ts";
export { SessionPool } from "./session-pool.ts";
export { type ConformanceOptions, runConformance } from "./supervisor.ts";
export { type LoadedTarget, loadTarget, type Target, type TargetModule } from "./target.ts";
export { asNobody } from "./unprivileged.ts";
