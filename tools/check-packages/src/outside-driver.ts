/** A driver that is no part of the workspace, in a place of its own. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { attempt, npmInstall, run } from "./run.ts";
import { TYPESCRIPT_PACKAGES } from "./workspace.ts";

/** What the author's own work leaves there. */
const MADE = new Set(["node_modules", "dist", "package-lock.json", "report.html"]);

/** A program on the driver, and how it is compiled. */
const PROGRAM = "program.ts";
const PROGRAM_CONFIG = {
  extends: "./tsconfig.json",
  compilerOptions: { rootDir: ".", outDir: "program" },
  files: [PROGRAM],
  include: [],
};

/** Machines that test are slow, and busy with other things. In seconds. */
const LIMIT = 180;

export class OutsideDriver {
  readonly #folder: string;

  /** Copies it. */
  constructor(original: string, folder: string) {
    this.#folder = folder;
    cpSync(original, folder, { recursive: true, filter: (path) => !MADE.has(basename(path)) });
  }

  /** With the core from the tarball, which must be of a version that the driver asks for; everything else is from the registry. */
  install(core: string): void {
    npmInstall(["--no-save", core, ...TYPESCRIPT_PACKAGES], this.#folder);
    run("npm", ["ls"], this.#folder);
  }

  /** Compiles it as it says itself, and then a program that imports it by its name. */
  compile(program: string): void {
    run("npm", ["run", "build", "--", "--skipLibCheck", "false"], this.#folder);
    writeFileSync(join(this.#folder, PROGRAM), program);
    writeFileSync(join(this.#folder, "tsconfig.program.json"), JSON.stringify(PROGRAM_CONFIG));
    const args = ["tsc", "-p", "tsconfig.program.json", "--skipLibCheck", "false"];
    run("npx", args, this.#folder);
  }

  /** Runs the program with the Node that is given; answers what it prints. */
  runExample(node: string): string {
    const data = join(this.#folder, `data-${Math.random().toString(36).slice(2)}`);
    mkdirSync(data);
    return run(node, [join(this.#folder, "program", "program.js")], data);
  }

  /** Runs the conformance kit; answers its report. */
  conform(): string {
    const args = ["caterpillar-conformance", "test/target.ts", "--limit", String(LIMIT)];
    return attempt("npx", args, this.#folder).output;
  }
}
