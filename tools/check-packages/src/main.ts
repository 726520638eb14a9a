/**
 * Packs every package and proves the tarballs: publint and attw find nothing, and in an empty project, installed with plain npm, the
 * README's example compiles and runs with every driver on every supported version of Node, only its import changed. On an older Node it
 * must fail with a clear error, where the engine would crash. The conformance kit runs there as a command.
 *
 * Needs built packages, and the npm registry for the versions of Node.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Consumer } from "./consumer.ts";
import { pack, publishedPackages } from "./packages.ts";
import { firstExample } from "./readme.ts";
import { run } from "./run.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The versions of Node that are supported, and the last one that is not. */
const SUPPORTED = ["22.23.3", "24.21.0", "26.10.0"];
const TOO_OLD = "20.20.2";

/** The drivers that the README's example runs on, when its import is changed: package and symbol. */
const OTHER_DRIVERS = [
  ["storage-core/memory", "MemoryStorage"],
  ["storage-lmdb", "LmdbStorage"],
  ["storage-leveldb", "LevelStorage"],
] as const;

const TYPESCRIPT = versionIn("catalog", "typescript");
const NODE_TYPES = versionIn("catalog", '"@types/node"');

const work = mkdtempSync(join(tmpdir(), "check-packages-"));
try {
  const tarballs: string[] = [];
  for (const published of publishedPackages(ROOT)) {
    const tarball = pack(published, work);
    tarballs.push(tarball);
    run("publint", ["--strict", published.folder], import.meta.dirname);
    run("attw", ["--profile", "esm-only", tarball], import.meta.dirname);
    console.log(`${published.name}: publint and attw find nothing`);
  }
  const consumer = new Consumer(join(work, "consumer"));
  consumer.install([...tarballs, `typescript@${TYPESCRIPT}`, `@types/node@${NODE_TYPES}`]);
  const example = firstExample(join(ROOT, "README.md"));
  for (const [name, symbol] of OTHER_DRIVERS) {
    consumer.compile(
      example.replaceAll("storage-sqlite", name).replaceAll("SqliteStorage", symbol),
    );
    for (const version of SUPPORTED) succeeds(consumer, version, name);
  }
  consumer.compile(example);
  for (const version of SUPPORTED) succeeds(consumer, version, "storage-sqlite");
  const old = consumer.execute(nodeOf(TOO_OLD));
  if (old.code !== 1 || !old.output.includes("StorageUnsupportedError")) {
    throw new Error(`on Node ${TOO_OLD} it ended with ${old.code ?? old.signal}:\n${old.output}`);
  }
  console.log(`on Node ${TOO_OLD} it says what is needed`);
  const matrix = consumer.conform(
    'export { MemoryStorage as storage } from "@caterpillar/storage-core/memory";\n',
  );
  const verdict = /^memory: conformant$/m.exec(matrix);
  if (verdict === null) throw new Error(`the kit's command gave no verdict:\n${matrix}`);
  console.log(`the kit's command runs, and says: ${verdict[0]}`);
  for (const { code, output } of consumer.beginDriver("begun", "OPEN-03")) {
    if (code !== 1 || !output.includes("TODO: write")) {
      throw new Error(`a driver that was only begun ended with ${code}:\n${output}`);
    }
  }
  console.log("a driver that was only begun compiles, and fails the kit for what is left to do");
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The example that was compiled last runs on that Node; the first visitor was there once. */
function succeeds(consumer: Consumer, version: string, driver: string): void {
  const { code, signal, output } = consumer.execute(nodeOf(version));
  if (code !== 0 || output !== "alice was here 1 times\n") {
    throw new Error(
      `with ${driver} on Node ${version} it ended with ${code ?? signal}:\n${output}`,
    );
  }
  console.log(`the README's example runs with ${driver} on Node ${version}`);
}

/** A version of Node, from the npm registry; the one that runs this, where there is no package for the platform. */
function nodeOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(work, `node-${version}`);
  const program = join(folder, "node_modules", name, "bin", "node");
  if (existsSync(program)) return program;
  run(
    "npm",
    [
      "install",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      "--prefix",
      folder,
      `${name}@${version}`,
    ],
    work,
  );
  return program;
}

/** A version that the workspace pins. */
function versionIn(section: string, name: string): string {
  const file = readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const catalog = file.slice(file.indexOf(`${section}:`));
  const version = new RegExp(`^  ${name}: (\\S+)$`, "m").exec(catalog)?.[1];
  if (version === undefined)
    throw new Error(`pnpm-workspace.yaml has no ${name} in its ${section}`);
  return version;
}
