/** What is given on the command line, checked. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Contender } from "./contender.ts";
import type { Filter, Profile } from "./plan.ts";
import { FULL, QUICK } from "./profiles.ts";
import type { Workload } from "./workload.ts";

export interface Arguments {
  readonly profile: Profile;
  /** What is measured of it; `undefined` for all. */
  readonly filter: Filter | undefined;
  /** Where the page goes; `undefined`: it is printed. Absolute. */
  readonly out: string | undefined;
  /** Where the databases are. Absolute. */
  readonly data: string;
  /** Results to compare with, and results to make the page of instead of measuring. Absolute. */
  readonly compare: string | undefined;
  readonly from: string | undefined;
}

/** The message says what was given, and what is allowed. */
export class ArgumentError extends Error {}

const TOOL = resolve(import.meta.dirname, "..");
const DEFAULT_DATA = resolve(TOOL, ".data");
const DEFAULT_OUT = resolve(TOOL, "../../docs/benchmarks");

export const HELP = `What the abstraction costs: workloads on each driver, on its engine by hand, and
on other layers over the same engines.

  npx -y pnpm@12.21.0 bench [options]

Without an option it takes some minutes, and writes docs/benchmarks.md. Nothing
else should run on the machine meanwhile.

Options
  --quick           what the targets need, and a look at the others (the default)
  --full            everything: all workloads, up to 10,000,000 entries, values of
                    100 bytes and of 4 KB. It takes some hours and 30 GB.
  --only NAME       a workload (get, set, ...), an engine (sqlite, lmdb, leveldb,
                    memory) or a contender (ours-sqlite, raw-sqlite, keyv, ...);
                    may be given several times. The page is printed, not written.
  --out DIR         where charts and results go; the page is DIR.md (default:
                    docs/benchmarks)
  --data DIR        where databases are made; on the disk that is to be measured
                    (default: tools/bench/.data)
  --compare FILE    an earlier results.json, to show what has changed
  --from FILE       measures nothing: makes the page of this results.json
  -h, --help        show this

Exit code: 0 if every trial gave right results, whatever the figures; 1 if one
failed; 2 for wrong arguments.
`;

/** Checks what was given. Relative paths begin at `folder`. Throws an `ArgumentError`. */
export function parseArguments(
  args: readonly string[],
  folder: string,
  workloads: readonly Workload[],
  contenders: readonly Contender[],
): Arguments | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  if (values.quick === true && values.full === true) {
    throw new ArgumentError("--quick and --full are two different runs; give one of them");
  }
  const path = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : resolve(folder, given);
  const filter = filterOf(values.only ?? [], workloads, contenders);
  return {
    profile: values.full === true ? FULL : QUICK,
    filter,
    out: path(values.out) ?? (filter === undefined ? DEFAULT_OUT : undefined),
    data: path(values.data) ?? DEFAULT_DATA,
    compare: path(values.compare),
    from: path(values.from),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `npm run bench -- --quick` is what people know; pnpm hands the dashes on.
      args: args.filter((arg) => arg !== "--"),
      options: {
        quick: { type: "boolean" },
        full: { type: "boolean" },
        only: { type: "string", multiple: true },
        out: { type: "string" },
        data: { type: "string" },
        compare: { type: "string" },
        from: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

/** Of several workloads any will do, and of several contenders or engines. */
function filterOf(
  names: readonly string[],
  workloads: readonly Workload[],
  contenders: readonly Contender[],
): Filter | undefined {
  if (names.length === 0) return undefined;
  const wanted = new Set(names);
  const isContender = (name: string): boolean =>
    contenders.some((one) => one.name === name || one.engine === name);
  const isWorkload = (name: string): boolean => workloads.some((one) => one.name === name);
  const unknown = names.find((name) => !isContender(name) && !isWorkload(name));
  if (unknown !== undefined) {
    const known = [workloads, contenders].flatMap((all) => all.map(({ name }) => name));
    throw new ArgumentError(
      `there is nothing called ${JSON.stringify(unknown)}; there are ${known.join(", ")}, and the engines sqlite, lmdb, leveldb, memory`,
    );
  }
  const anyWorkload = !names.some(isWorkload);
  const anyContender = !names.some(isContender);
  return {
    wantsWorkload: ({ name }) => anyWorkload || wanted.has(name),
    wantsContender: ({ name, engine }) => anyContender || wanted.has(name) || wanted.has(engine),
  };
}
