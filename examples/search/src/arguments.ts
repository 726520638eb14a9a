/** What is given on the command line: options and queries, checked. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { StorageOpener } from "@caterpillar/storage-core";
import { DRIVER_NAMES, DRIVERS } from "./drivers.ts";
import { parseQuery } from "./query.ts";

export interface Arguments {
  readonly driverName: string;
  readonly opener: StorageOpener;
  /** Absolute; or a name, where the driver's storages have names. */
  readonly path: string;
  /** Absolute. */
  readonly root: string;
  readonly fresh: boolean;
  readonly queries: readonly string[];
}

/** The message says what was given, and what is allowed. */
export class ArgumentError extends Error {}

const REPOSITORY = resolve(import.meta.dirname, "../../..");
/** Where indexes are, each under the name of its driver. */
const DATA = resolve(import.meta.dirname, "../.data");
const DEFAULT_NAME = "search";
const DEFAULT_ROOT = resolve(REPOSITORY, "node_modules");
const DEFAULT_QUERIES = ["sqlite transaction", "async promise", "type*"];

const OPTIONS = {
  driver: { type: "string" },
  path: { type: "string" },
  root: { type: "string" },
  fresh: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const NAMES = Object.keys(OPTIONS).map((name) => `--${name}`);

export const HELP = `A text index on transactional storage: it indexes Markdown files, searches
them, and shows what transactions are good for while it does so.

  npx -y pnpm@12.21.0 start [options] [query...]

A query is one or more words, in quotes if there are several; it finds documents
that have all of them. A word that ends in * stands for all that begin so.
Without a query: ${DEFAULT_QUERIES.map((query) => `"${query}"`).join(", ")}.

Options
  --driver NAME   where the index is kept: ${DRIVER_NAMES}
                  (default: sqlite)
  --path PATH     the file or folder of the index; its name, if it is in memory
                  (default: examples/search/.data/NAME)
  --root DIR      the folder whose *.md files are indexed, without following
                  symbolic links (default: the repository's node_modules)
  --fresh         index everything anew; otherwise only what has changed since
  -h, --help      show this

Examples
  npx -y pnpm@12.21.0 start
  npx -y pnpm@12.21.0 start --fresh "read stream" 'snap*'
  npx -y pnpm@12.21.0 start --driver memory promise
  npx -y pnpm@12.21.0 start --root ~/notes --path /tmp/notes.db "to do"

Exit code: 0 if all went well, 1 if something failed, 2 for wrong arguments.
`;

/** Checks what was given. Relative paths begin at `folder`. Throws an `ArgumentError`. */
export function parseArguments(args: readonly string[], folder: string): Arguments | "help" {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    // Its own messages do not say what is allowed.
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(token);
  if (values.help === true) return "help";

  const driverName = text(values.driver) ?? "sqlite";
  const opener = DRIVERS.get(driverName);
  if (opener === undefined) {
    throw new ArgumentError(`there is no driver ${quoted(driverName)}; there are ${DRIVER_NAMES}`);
  }
  const isFile = opener.driver.facts.location === "path";
  const queries = positionals.length > 0 ? positionals : DEFAULT_QUERIES;
  for (const query of queries) {
    if (parseQuery(query).length > 0) continue;
    throw new ArgumentError(
      `the query ${quoted(query)} has no word in it; a word is letters and digits, with a * behind it or not`,
    );
  }
  return {
    driverName,
    opener,
    path: isFile
      ? resolve(folder, text(values.path) ?? join(DATA, driverName))
      : (text(values.path) ?? DEFAULT_NAME),
    root: folderAt(resolve(folder, text(values.root) ?? DEFAULT_ROOT)),
    fresh: values.fresh === true,
    queries,
  };
}

function checkOption(option: {
  name: string;
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}): void {
  const { name, rawName, value, inlineValue } = option;
  if (!Object.hasOwn(OPTIONS, name)) {
    throw new ArgumentError(`there is no option ${rawName}; there are ${NAMES.join(", ")}`);
  }
  if (OPTIONS[name as keyof typeof OPTIONS].type === "boolean") {
    if (value === undefined) return;
    throw new ArgumentError(`${rawName} takes no value, and ${quoted(value)} was given`);
  }
  if (value === undefined || value === "") {
    throw new ArgumentError(`${rawName} needs a value: ${rawName} ${PLACEHOLDERS[name]}`);
  }
  if (inlineValue !== true && value.startsWith("-")) {
    throw new ArgumentError(
      `${rawName} needs a value, and ${value} looks like an option; if it is meant: ${rawName}=${value}`,
    );
  }
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  driver: "NAME",
  path: "PATH",
  root: "DIR",
};

function folderAt(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new ArgumentError(`--root ${path} is not a folder; give one with Markdown files in it`);
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function quoted(value: string): string {
  return JSON.stringify(value);
}
