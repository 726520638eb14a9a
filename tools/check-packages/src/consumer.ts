/** A project of a user's: the tarballs installed with plain npm, and the README's example in it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, npmInstall, type Outcome, run } from "./run.ts";

/** Ways in which users let TypeScript find packages. */
const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

export class Consumer {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  }

  install(packages: readonly string[]): void {
    npmInstall(packages, this.#folder);
  }

  /** Writes the program and compiles it in every way of finding packages, with the types of dependencies checked as well. */
  compile(program: string): void {
    writeFileSync(join(this.#folder, "program.ts"), program);
    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      const compilerOptions = {
        ...resolution,
        target: "es2022",
        lib: ["es2023", "esnext.disposable"],
        types: ["node"],
        strict: true,
        skipLibCheck: false,
        outDir: name,
      };
      const config = join(this.#folder, `tsconfig.${name}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: ["program.ts"] }));
      run("npx", ["tsc", "-p", config], this.#folder);
    }
  }

  /** Runs the conformance kit, as its users do. */
  conform(target: string, options: readonly string[] = []): Outcome {
    writeFileSync(join(this.#folder, "target.mjs"), target);
    return attempt("npx", ["caterpillar-conformance", "./target.mjs", ...options], this.#folder);
  }

  /** Begins a driver as its author would; what was written compiles. Answers what one check says of it, by the command and by Node's test runner. */
  beginDriver(name: string, check: string): readonly Outcome[] {
    run("npx", ["caterpillar-conformance", "init", name, name], this.#folder);
    const folder = join(this.#folder, name);
    run("npx", ["tsc", "-p", "."], folder);
    const pattern = `--test-name-pattern=${check}`;
    return [
      attempt("npx", ["caterpillar-conformance", "test/target.ts", "--only", check], folder),
      attempt(process.execPath, ["--test", pattern, "test/conformance.test.ts"], folder),
    ];
  }

  /** Runs what was compiled in a fresh folder, with the Node that is given. */
  execute(node: string): Outcome {
    const folder = join(this.#folder, `run-${Math.random().toString(36).slice(2)}`);
    mkdirSync(folder);
    return attempt(node, [join(this.#folder, "nodenext", "program.js")], folder);
  }
}
