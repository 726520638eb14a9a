/**
 * A package for a new driver: everything that is the same for each of them, the methods that its engine has to fill in, and a conformance test, which
 * fails until they are.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kitVersion } from "./report/report.ts";

/** The files of a package by their names below its folder. `name` is the driver's: small letters, digits and hyphens. */
function scaffoldOf(name: string): ReadonlyMap<string, string> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new TypeError(
      `${JSON.stringify(name)} is no name for a driver: small letters, digits and hyphens, 40 at most, beginning with a letter`,
    );
  }
  const symbol = name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return new Map([
    ["package.json", packageFile(name)],
    [".gitignore", "node_modules/\ndist/\nreport.html\n"],
    ["tsconfig.json", TSCONFIG],
    ["src/index.ts", index(name, symbol)],
    ["src/store.ts", store(symbol)],
    ["test/target.ts", target(name, symbol)],
    ["test/conformance.test.ts", test(name)],
    ["README.md", readme(name, symbol)],
  ]);
}

/** Writes them into the folder, which must be missing or empty; a `TypeError` where it is not, and nothing is written. Answers their names. */
export function writeScaffold(folder: string, name: string): readonly string[] {
  const files = scaffoldOf(name);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new TypeError(`${folder} is not empty; nothing was written`);
  }
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text, { flag: "wx" });
  }
  return [...files.keys()];
}

function packageFile(name: string): string {
  const manifest = {
    name: `storage-${name}`,
    version: "0.0.0",
    type: "module",
    engines: { node: ">=22.18.0" },
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    files: ["dist"],
    scripts: {
      build: "tsc",
      test: "node --test test/*.test.ts",
      conformance: "caterpillar-conformance test/target.ts --html report.html",
    },
    dependencies: { "@caterpillar/storage-core": `^${kitVersion()}` },
    // The kit chooses random steps with fast-check.
    devDependencies: { "@types/node": "^24.0.0", "fast-check": "^4.0.0", typescript: ">=5.8" },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2024", "esnext.disposable"],
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "rewriteRelativeImportExtensions": true,
    "declaration": true,
    "rootDir": "src",
    "outDir": "dist"
  },
  "include": ["src"]
}
`;

function index(name: string, symbol: string): string {
  return `/** The ${name} driver. */
import {
  checkFolder,
  createFolder,
  type Driver,
  defineStorage,
  formatStore,
  orderedEngine,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";
import { ${symbol}Store } from "./store.ts";

/** Goes up when older versions of this driver cannot read what it writes any more. */
const FORMAT = { driver: "${name}", version: 1 };

const driver: Driver = {
  name: "${name}",
  // The conformance kit holds the driver to what it says here. Begin with the least, and promise more when it passes.
  facts: {
    location: "path",
    threads: "locked",
    processes: "locked",
    // Each commit is synced, whatever was asked for. Add "process-crash" where the engine can commit without.
    durability: ["power-loss"],
    readonly: "core",
    files: [
      { name: "<path>/CATERPILLAR", about: "says whose folder this is" },
      // TODO: the files of the engine, and which of them hold nothing that was stored (expendable).
    ],
  },
  async open(path, { create }) {
    if (create) {
      await createFolder(path, FORMAT, async (folder) =>
        formatStore(await ${symbol}Store.open(folder, { create: true })),
      );
    }
    checkFolder(path, FORMAT);
    return await orderedEngine(await ${symbol}Store.open(path, { create: false }), path);
  },
};

export const ${symbol}Storage: StorageOpener = defineStorage(driver);
`;
}

function store(symbol: string): string {
  return `/** The engine as a flat store: one ordered map of keys to values. The interface says what each method has to keep; read it there. */
import {
  type As,
  type Entry,
  type Form,
  type OrderedBatch,
  type OrderedSnapshot,
  type OrderedStore,
  type Page,
  type PageRange,
  type Value,
} from "@caterpillar/storage-core/driver";

export class ${symbol}Store implements OrderedStore {
  /**
   * Opens the engine's database in the folder. Without \`create\` it must not make one: where its files are gone, the data are, and a new one in their
   * place would hide it. \`StorageLockedError\` where somebody else has it open, \`StorageCorruptError\` where it is damaged, \`StorageIOError\` where the
   * system refuses. An open that fails lets go of everything.
   */
  static async open(_folder: string, _options: { create: boolean }): Promise<${symbol}Store> {
    return new ${symbol}Store();
  }

  /** Pins a view of all that is committed, and durable. */
  snapshot(): OrderedSnapshot {
    return new ${symbol}Snapshot();
  }

  /**
   * Applies all changes in one atomic step, if what is expected still holds: see \`checkExpected\`. The changes may throw while they are walked
   * through; let go of what was begun.
   */
  async write(_batch: OrderedBatch): Promise<void> {
    throw new Error("TODO: write");
  }

  /** Lets go of files and locks. */
  async close(): Promise<void> {}
}

/** Any of these may answer with a promise as well. */
class ${symbol}Snapshot implements OrderedSnapshot {
  get(_key: string, _as: As): Value | undefined {
    throw new Error("TODO: get");
  }

  getMany(keys: readonly string[], as: As): readonly (Value | undefined)[] {
    return keys.map((key) => this.get(key, as));
  }

  page(_range: PageRange, _as: Form): Page<Entry> {
    throw new Error("TODO: page");
  }

  keys(_range: PageRange): Page<string> {
    throw new Error("TODO: keys");
  }

  close(): void {}
}
`;
}

function target(name: string, symbol: string): string {
  return `/** What the conformance kit is given; it imports this again in the threads and processes that it starts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export { ${symbol}Storage as storage } from "../src/index.ts";

/** Turns a closed storage into one of a newer format, which must be refused. */
export function newerFormat(path: string): void {
  const marker = join(path, "CATERPILLAR");
  writeFileSync(marker, "caterpillar storage: ${name}, format 2\\n");
}

// Where others use the engine as well: export a function anotherProgram(path) that makes one of their databases, which must be refused.
`;
}

function test(name: string): string {
  return `import { testConformance } from "@caterpillar/storage-core/conformance/node-test";

await testConformance({ name: "${name}", module: new URL("./target.ts", import.meta.url) });
`;
}

function readme(name: string, symbol: string): string {
  return `# storage-${name}

A driver of caterpillar storage.

\`\`\`ts
import { ${symbol}Storage } from "storage-${name}";

await using storage = await ${symbol}Storage.open("./data", { create: "if-missing" });
\`\`\`

What is left to do: the engine in \`package.json\`, the methods of \`src/store.ts\`, the files in the facts of \`src/index.ts\`, and what users should
know of the engine. One group of checks after another shows how far it is: \`npx caterpillar-conformance test/target.ts --only OPEN\`, then \`KV\`,
\`ITER\`, \`TXN\` and the others.
\`npm test\` runs the conformance kit; \`npm run conformance\` does so with a verdict, and writes \`report.html\`.
`;
}
