/**
 * Packs every package and proves the tarballs: publint and attw find nothing, and in an empty project, installed with plain npm, the
 * README's example compiles and runs with every driver on every supported version of Node, only its import changed. On an older Node it
 * must fail with a clear error, where the engine would crash. The conformance kit runs there as a command.
 *
 * Needs built packages, and the npm registry for the versions of Node.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Consumer } from "./consumer.ts";
import { nodeOf, SUPPORTED, TOO_OLD } from "./nodes.ts";
import { pack, publishedPackages } from "./packages.ts";
import { exampleOn } from "./readme.ts";
import { run } from "./run.ts";
import { FAST_CHECK_PACKAGES, ROOT, TYPESCRIPT_PACKAGES } from "./workspace.ts";

/** The drivers that the README's example runs on: import, symbol and own options. The last one is tried on the old Node as well. */
const DRIVERS = [
  ["storage-core/memory", "MemoryStorage", ""],
  ["storage-lmdb", "LmdbStorage", ""],
  ["storage-leveldb", "LevelStorage", ""],
  // A worker is a file of the package that nothing imports.
  ["storage-sqlite", "SqliteStorage", "worker: true"],
  ["storage-sqlite", "SqliteStorage", ""],
] as const;

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
  consumer.install([...tarballs, ...TYPESCRIPT_PACKAGES]);
  for (const [name, symbol, options] of DRIVERS) {
    consumer.compile(exampleOn(`@caterpillar/${name}`, symbol, options));
    const driver = options === "" ? name : `${name}, ${options},`;
    for (const version of SUPPORTED) succeeds(consumer, version, driver);
  }
  const old = consumer.execute(nodeOf(TOO_OLD, work));
  if (old.code !== 1 || !old.output.includes("StorageUnsupportedError")) {
    throw new Error(`on Node ${TOO_OLD} it ended with ${old.code ?? old.signal}:\n${old.output}`);
  }
  console.log(`on Node ${TOO_OLD} it says what is needed`);
  const target = 'export { MemoryStorage as storage } from "@caterpillar/storage-core/memory";\n';
  const without = consumer.conform(target, ["--only", "MOD"]);
  if (without.code !== 1 || !without.output.includes("npm install --save-dev fast-check")) {
    throw new Error(`without fast-check the kit ended with ${without.code}:\n${without.output}`);
  }
  console.log("without fast-check the kit's command runs, and says what to install");
  consumer.install(FAST_CHECK_PACKAGES);
  const whole = consumer.conform(target);
  const verdict = /^memory: conformant$/m.exec(whole.output);
  if (verdict === null) throw new Error(`the kit's command gave no verdict:\n${whole.output}`);
  console.log(`with it, it says: ${verdict[0]}`);
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
  const { code, signal, output } = consumer.execute(nodeOf(version, work));
  if (code !== 0 || output !== "alice was here 1 times\n") {
    throw new Error(
      `with ${driver} on Node ${version} it ended with ${code ?? signal}:\n${output}`,
    );
  }
  console.log(`the README's example runs with ${driver} on Node ${version}`);
}
