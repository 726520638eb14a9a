/**
 * Proves that the docs and the packed core are all that the author of a driver needs: the driver in `outside`, which is no part of the workspace, is
 * copied to an empty place, installed there with plain npm from the core's tarball and the registry, compiled, and given to the kit's
 * command, which must find it conformant. The README's example runs on it on every supported version of Node.
 *
 * Needs built packages, and the npm registry for the engine and the versions of Node.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeOf, SUPPORTED } from "./nodes.ts";
import { OutsideDriver } from "./outside-driver.ts";
import { pack, publishedPackages } from "./packages.ts";
import { exampleOn } from "./readme.ts";
import { ROOT } from "./workspace.ts";

const EXAMPLE = "storage-rocksdb";

/** All that the commands below write, is written here. */
const work = mkdtempSync(join(tmpdir(), "check-example-"));
process.env["TMPDIR"] = join(work, "tmp");
mkdirSync(process.env["TMPDIR"]);
const began = performance.now();
let before = began;
try {
  const core = publishedPackages(ROOT).find(({ name }) => name === "@caterpillar/storage-core");
  if (core === undefined) throw new Error("there is no package of the core");
  const driver = new OutsideDriver(join(ROOT, "outside", EXAMPLE), join(work, EXAMPLE));
  driver.install(pack(core, work));
  tell("installs from the packed core");
  driver.compile(exampleOn(EXAMPLE, "RocksdbStorage"));
  tell("compiles, with the types of its dependencies");
  for (const version of SUPPORTED) {
    const output = driver.runExample(nodeOf(version, work));
    if (output !== "alice was here 1 times\n") throw new Error(`on Node ${version}: ${output}`);
    tell(`runs the README's example on Node ${version}`);
  }
  const report = driver.conform();
  if (!/^rocksdb: conformant$/m.test(report)) throw new Error(`it is not conformant:\n${report}`);
  tell("is conformant");
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`all of it took ${seconds(began)} s`);

function tell(what: string): void {
  console.log(`${EXAMPLE} ${what} (${seconds(before)} s)`);
  before = performance.now();
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
