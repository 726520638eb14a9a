/** A report to look at: of a driver that is conformant as far as it was asked, and beside it of some that fail. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  htmlOf,
  type Report,
  reportOf,
  runConformance,
} from "@caterpillar/storage-core/conformance";

/** Enough of the catalogue to fill a page, in seconds; a schedule that fails, parts that do not apply, and figures among them. */
const ONLY = ["CONF", "HON", "OPEN-09", "RO-10", "ISO-20", "CONC-11"];

/** What is wrong with the drivers that fail. */
const BUGS = [
  "conflicts are swallowed",
  "snapshots move on with every commit",
  "deletes are forgotten",
];

export interface Shown {
  readonly report: Report;
  readonly url: string;
  remove(): void;
}

/** Runs the kit on all of them, and writes the page. */
export async function showReport(): Promise<Shown> {
  const core = import.meta.resolve("@caterpillar/storage-core/conformance");
  const broken = BUGS.map((bug) => `./canary-target.ts?${encodeURIComponent(bug)}`);
  const started = new Date();
  const drivers = [];
  for (const module of ["../test/target.ts", ...broken]) {
    drivers.push(await runConformance({ module: new URL(module, core) }, { only: ONLY }));
  }
  const report = reportOf(started, drivers);
  const folder = mkdtempSync(join(tmpdir(), "check-page-"));
  const file = join(folder, "report.html");
  writeFileSync(file, htmlOf(report));
  return {
    report,
    url: pathToFileURL(file).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
