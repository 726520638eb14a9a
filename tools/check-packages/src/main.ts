/**
 * Packs every package and proves the tarballs: publint and attw find nothing, and in an empty project, installed with plain npm, the
 * README's example compiles and runs on every supported version of Node. On an older Node it must fail with a clear error.
 *
 * Needs built packages, and the npm registry for the versions of Node.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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
  consumer.compile(firstExample(join(ROOT, "README.md")));
  console.log("the README's example compiles under nodenext and bundler resolution");
  for (const version of SUPPORTED) {
    const { code, signal, output } = consumer.execute(nodeOf(version));
    if (code !== 0)
      throw new Error(`on Node ${version} it ended with ${code ?? signal}:\n${output}`);
    console.log(`it runs on Node ${version}, and prints: ${output.trim().replaceAll("\n", " | ")}`);
  }
  const old = consumer.execute(nodeOf(TOO_OLD));
  if (old.code !== 1 || !old.output.includes("StorageUnsupportedError")) {
    throw new Error(`on Node ${TOO_OLD} it ended with ${old.code ?? old.signal}:\n${old.output}`);
  }
  console.log(`on Node ${TOO_OLD} it says what is needed`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A version of Node, from the npm registry; the one that runs this, where there is no package for the platform. */
function nodeOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(work, `node-${version}`);
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
  return join(folder, "node_modules", name, "bin", "node");
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
