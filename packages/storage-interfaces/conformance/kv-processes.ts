/** Tests that take processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { KVStore } from "../src/kv-store.ts";
import type { KVPlace, KVTests } from "./kv-place.ts";

const CHILD = new URL(
  `./kv-child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`,
  import.meta.url,
);

const TIMES = 200;

export const processTests: KVTests = {
  "update() by two processes at once, 200 times each, gives the exact sum": async (place) => {
    await (await place.create()).close();
    const children = [run(place, "count", String(TIMES)), run(place, "count", String(TIMES))];
    for (const child of children) expect(await child.next()).toBe("ready");
    for (const child of children) child.process.stdin?.write("go\n");
    for (const child of children) await child.end();
    expect(await new KVStore(await place.open()).get("n")).toBe(String(2 * TIMES));
  },
};

export const largeValueTests: KVTests = {
  "a value of more than 1 MiB is stored, and warned about once in a process": async (place) => {
    const child = run(place, "warn", "");
    expect(await child.next(), "no warning of 1 MiB itself").toBe("large");
    expect(await child.next()).toEqual({
      name: "CaterpillarWarning",
      code: "CATERPILLAR_KV_LARGE_VALUE",
      message: expect.stringContaining("FileStore"),
    });
    const MiB = 1024 * 1024;
    expect(await child.next()).toEqual([MiB, MiB + 1, MiB + 2, 2 * MiB, 2 * MiB]);
    expect(await child.next()).toBe(0);
    await child.end();
  },
};

interface Child {
  readonly process: ChildProcess;
  /** The next thing that it tells; `undefined` at its end. */
  next(): Promise<unknown>;
  /** Waits for its end, which must be a good one. */
  end(): Promise<void>;
}

function run({ target, path }: KVPlace, role: string, argument: string): Child {
  const args = [fileURLToPath(CHILD), String(target.module), path, role, argument];
  const child = spawn(process.execPath, [...(target.execArgv ?? []), ...args], {
    // One that hangs is ended, and that is seen.
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  const closed = once(child, "close");
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async next() {
      const { done, value } = await lines.next();
      if (!done) return JSON.parse(value);
      await this.end();
      return undefined;
    },
    async end() {
      const [code, signal] = await closed;
      expect({ code, signal }, stderr).toEqual({ code: 0, signal: null });
    },
  };
}
