/** The kit on the command line: `caterpillar-conformance ./target.mjs`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { PROFILES, type Profile } from "./profile.ts";
import { htmlOf } from "./report/html.ts";
import { markdownOf } from "./report/markdown.ts";
import { type DriverReport, type Report, reportOf } from "./report/report.ts";
import { textOf } from "./report/text.ts";
import { writeScaffold } from "./scaffold.ts";
import { runConformance } from "./supervisor.ts";

const USAGE = `caterpillar-conformance <target>... [options]
caterpillar-conformance init <name> [<folder>]

Runs the conformance kit on each target, and prints which checks hold. A target is a module that exports the driver to be
tested: export { ExampleStorage as storage } from "./index.js". Its name in the report is the driver's own.

  --only <id>         a check (ISO-04) or a group (ISO); may be given again. The verdict is "incomplete" then.
  --profile <name>    "quick", or "full": thousands of kills and random steps, for hours (quick)
  --limit <seconds>   how long one check may take, or one round of many, before its process is killed (120)
  --jobs <number>     how many targets are tested at once (2)
  --json <file>       writes the report as JSON
  --markdown <file>   writes it as Markdown
  --html <file>       writes it as a page
  --help

init writes a package for a new driver into a folder (storage-<name>): the methods that its engine has to fill in, and a conformance test
that fails until they are.

Ends with 0 where every driver is conformant, 1 where one is not or the run is incomplete, 2 where it could not be run.
`;

/** Where the text goes, and whether somebody watches. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Whether a line of progress may be written over again and again. */
  readonly watched: boolean;
}

/** Runs the command; answers the exit code. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string", multiple: true },
        profile: { type: "string", default: "quick" },
        limit: { type: "string", default: "120" },
        jobs: { type: "string", default: "2" },
        json: { type: "string" },
        markdown: { type: "string" },
        html: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      terminal.out(USAGE);
      return 0;
    }
    if (positionals[0] === "init") return init(positionals.slice(1), terminal);
    if (positionals.length === 0) throw new TypeError(`which target? ${USAGE}`);
    const profile = PROFILES.find((name) => name === values.profile);
    if (profile === undefined) throw new TypeError(`--profile takes ${PROFILES.join(" or ")}`);
    const limit = Number(values.limit) * 1000;
    if (!(limit > 0)) throw new TypeError("--limit takes a number of seconds");
    const jobs = Number(values.jobs);
    if (!Number.isInteger(jobs) || jobs < 1) throw new TypeError("--jobs takes a whole number");
    const { only } = values;
    const report = await runAll(positionals, { only, profile, limit, jobs }, terminal);
    write(values.json, () => `${JSON.stringify(report, null, 2)}\n`);
    write(values.markdown, () => markdownOf(report));
    write(values.html, () => htmlOf(report));
    terminal.out(`${textOf(report)}\n`);
    return report.drivers.every(({ verdict }) => verdict.startsWith("conformant")) ? 0 : 1;
  } catch (error) {
    terminal.error(`${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
}

/** Writes the file, and the folders that it is to be in. */
function write(file: string | undefined, textOf: () => string): void {
  if (file === undefined) return;
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, textOf());
}

function init([name, folder = `storage-${name}`]: readonly string[], { out }: Terminal): number {
  if (name === undefined) throw new TypeError("init takes the name of a driver, such as rocksdb");
  const files = writeScaffold(folder, name);
  out(`${files.map((file) => `${folder}/${file}`).join("\n")}\n`);
  out(`Next: in ${folder}, npm install and npm install <the engine>; then the methods of src/store.ts, until this passes:
  npx caterpillar-conformance test/target.ts --only OPEN
The README says how to go on, and docs/writing-a-driver.md of the repository leads through all of it.\n`);
  return 0;
}

interface RunAllOptions {
  readonly only: readonly string[] | undefined;
  readonly profile: Profile;
  readonly limit: number;
  readonly jobs: number;
}

/** Several drivers at once: much of what the checks do is to wait for disks and processes. */
async function runAll(
  targets: readonly string[],
  { only, profile, limit, jobs }: RunAllOptions,
  terminal: Terminal,
): Promise<Report> {
  const started = new Date();
  const states = targets.map((target) => `${short(target)} -`);
  const show = (i: number, state: string): void => {
    states[i] = state;
    if (terminal.watched) terminal.error(`\r\x1b[K${states.join("  ")}`);
  };
  const drivers: DriverReport[] = [];
  const waiting = targets.entries();
  const work = async (): Promise<void> => {
    for (const [i, module] of waiting) {
      let failed = 0;
      let state = `${short(module)} -`;
      drivers[i] = await runConformance(
        { module: /^\w[\w+.-]+:/.test(module) ? module : pathToFileURL(resolve(module)).href },
        {
          profile,
          limit,
          ...(only === undefined ? {} : { only }),
          onResult({ status }, done, total) {
            if (status === "fail") failed++;
            const failures = failed > 0 ? `, ${failed} failed` : "";
            state = `${short(module)} ${done}/${total}${failures}`;
            show(i, state);
          },
          onRound: (id, round, of) => show(i, `${state}, ${id} ${round}/${of}`),
        },
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  if (terminal.watched) terminal.error("\r\x1b[K");
  return reportOf(started, drivers);
}

/** The last parts of its name, which tell targets apart. */
function short(module: string): string {
  return module.split(/[\\/]/).slice(-3).join("/");
}
