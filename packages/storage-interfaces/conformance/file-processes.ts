/** What takes a process of its own: one that is killed, and one that is weighed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Target } from "@caterpillar/storage-core/conformance";
import { expect, it } from "vitest";
import { FileStore } from "../src/file-store.ts";
import { CHUNK, keysLeft, listed, onPlace, type Place } from "./file-place.ts";

const ENTRY = fileURLToPath(
  new URL(`./file-child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);
const MEBIBYTE = 1024 * 1024;
/** How large the file is that is weighed, in MiB. The memory that it takes is the same for 1024 of them, only later. */
const LARGE = Number(process.env["CONFORMANCE_FILE_MIB"] ?? 128);

/** For drivers whose data outlive the process: where they are its memory, there is nothing to find, and all of it is there. */
export function testProcesses(target: Target): void {
  it(
    "leaves nothing to be seen of a put whose process was killed, and gc collects it",
    onPlace(target, async (place) => {
      await place.storage.close();
      const child = start(place, "hang");
      expect(await child.next()).toBe("half");
      child.process.kill("SIGKILL");
      await child.ended;
      const storage = await place.open();
      const files = new FileStore(storage);
      expect(await listed(files)).toEqual([]);
      const usage = await files.usage();
      expect(usage).toMatchObject({ files: 0, blobs: 0, storedBytes: 32 * CHUNK });
      const collected = { blobs: 0, chunks: 32, bytes: 32 * CHUNK, uploads: 1 };
      expect(await files.gc({ graceMs: 0 })).toEqual(collected);
      expect(await keysLeft({ ...place, raw: storage })).toEqual([]);
    }),
  );

  it(
    `puts and reads ${LARGE} MiB in less than 100 MiB of memory`,
    onPlace(target, async (place) => {
      await place.storage.close();
      const child = start(place, String(LARGE));
      const told = (await child.next()) as { size: number; read: number; grown: number };
      expect(await child.ended).toBe(0);
      expect(told).toMatchObject({ size: LARGE * MEBIBYTE, read: LARGE * MEBIBYTE });
      console.log(`${target.name}: grown by ${Math.round(told.grown / MEBIBYTE)} MiB`);
      expect(told.grown).toBeLessThan(100 * MEBIBYTE);
    }),
    600_000,
  );
}

interface Child {
  readonly process: ChildProcess;
  /** The next thing that it tells. */
  next(): Promise<unknown>;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

function start({ target, path }: Place, role: string): Child {
  const args = [...(target.execArgv ?? []), ENTRY, String(target.module), path, role];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return {
    process: child,
    async next() {
      const { done, value } = await lines.next();
      return done ? undefined : JSON.parse(value);
    },
    ended,
  };
}
