/** A process that a test starts: `file-child.ts <module> <path> <what it does>`. It tells lines of JSON. */
import { readFileSync } from "node:fs";
import type { TargetModule } from "@caterpillar/storage-core/conformance";
import { FileStore } from "../src/file-store.ts";

const MEBIBYTE = 1024 * 1024;
const [module, path, role] = process.argv.slice(2) as [string, string, string];
const { storage: opener } = (await import(module)) as TargetModule;
const storage = await opener.open(path);
const files = new FileStore(storage);

if (role === "hang") await files.put(hanging(), { name: "half" });
else await measure(Number(role));
await storage.close();

/** Gives 10 MiB, and then nothing until it is killed. */
async function* hanging(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10 * MEBIBYTE).fill(1);
  tell("half");
  setInterval(() => {}, 1000);
  await new Promise(() => {});
}

/** Puts and reads a stream of so many MiB, and tells by how much the process has grown in between at most. */
async function measure(mebibytes: number): Promise<void> {
  // What is loaded and compiled at the first use is not what a large file needs.
  const { id } = await files.put(generated(8));
  for await (const piece of files.read(id)) void piece;
  const before = memory();
  let peak = before;
  const sample = (): void => {
    peak = Math.max(peak, memory());
  };
  const { id: large, size } = await files.put(generated(mebibytes), { onProgress: sample });
  let read = 0;
  for await (const piece of files.read(large)) {
    read += piece.length;
    sample();
  }
  tell({ size, read, grown: peak - before });
}

async function* generated(mebibytes: number): AsyncGenerator<Uint8Array> {
  // One piece for all, so that the memory of the source is not what is measured.
  const piece = new Uint8Array(MEBIBYTE);
  for (let i = 0; i < mebibytes; i++) {
    piece[0] = i;
    piece[1] = mebibytes;
    yield piece;
  }
}

/**
 * Resident bytes. Where the system tells them apart, without pages of files that are mapped: LMDB maps its whole file, and those
 * pages are the system's cache, which it takes back when it wants to.
 */
function memory(): number {
  try {
    const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (anonymous !== null) return Number(anonymous[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.memoryUsage.rss();
}

function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
