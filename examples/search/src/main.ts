/**
 * The program: reads its arguments, does the job, and turns what goes wrong into a line and an exit
 * code.
 */
import { constants } from "node:os";
import { StorageError } from "@caterpillar/storage-core";
import { ArgumentError, type Arguments, HELP, parseArguments } from "./arguments.ts";
import { runJob } from "./job.ts";
import { Progress } from "./progress.ts";
import { Report } from "./report.ts";
import { ForeignStorageError } from "./search-index.ts";

const { stdout, stderr, env } = process;
const progress = new Progress(stderr);
process.exitCode = await main();

async function main(): Promise<number> {
  let args: Arguments | "help";
  try {
    args = parseArguments(process.argv.slice(2), callersFolder());
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    stderr.write(`error: ${error.message}\nWith --help it says more.\n`);
    return 2;
  }
  if (args === "help") {
    stdout.write(HELP);
    return 0;
  }

  const stop = new AbortController();
  let stopped: NodeJS.Signals | undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    // Once: a second one ends the process at once, which leaves the index whole too.
    process.once(name, () => {
      stopped = name;
      stop.abort();
    });
  }
  // `start | head` is no failure; without a reader there is nothing left to do.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });

  try {
    const report = new Report(stdout, stdout.isTTY && !env["NO_COLOR"]);
    return (await runJob(args, { report, progress, signal: stop.signal })) ? 0 : 1;
  } catch (error) {
    progress.clear();
    if (stopped !== undefined && (error as Error).name === "AbortError") {
      stderr.write("stopped; the index is whole, and the next run goes on from here\n");
      return 128 + constants.signals[stopped];
    }
    if (!isForUser(error)) throw error;
    stderr.write(`error: ${error.message}\n`);
    return 1;
  }
}

/**
 * What has a message that says it all, in one line: failures of a storage or of the file system.
 */
function isForUser(error: unknown): error is Error {
  return (
    error instanceof StorageError ||
    error instanceof ForeignStorageError ||
    (error instanceof Error && "syscall" in error)
  );
}

/** Where the user is. Scripts are run in the folder of their package, and told where they were called. */
function callersFolder(): string {
  const byScript = env["npm_lifecycle_event"] === "start";
  return (byScript ? env["INIT_CWD"] : undefined) ?? process.cwd();
}
