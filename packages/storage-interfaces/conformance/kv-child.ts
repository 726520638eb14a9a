/** A process that a test of KVStore starts: the target's module, a path and a role come on the command line. It tells lines of JSON. */
import { once } from "node:events";
import type { Storage } from "@caterpillar/storage-core";
import { loadTarget } from "@caterpillar/storage-core/conformance";
import { KVStore } from "../src/kv-store.ts";

const tell = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

const roles: Readonly<Record<string, (storage: Storage, argument: string) => Promise<void>>> = {
  /** Counts up one key, so many times, once it is told to go; at first in a storage that may not have the containers yet. */
  async count(storage, times) {
    const kv = new KVStore(storage);
    tell("ready");
    await once(process.stdin, "data");
    process.stdin.pause();
    for (let i = 0; i < Number(times); i++) {
      const count = (n: string | undefined): string => String(Number(n ?? 0) + 1);
      // Every fourth way to do it.
      if (i % 4 === 0) await kv.update("n", async (n) => count(n));
      else await kv.update("n", count);
    }
  },

  /** Sets large values, and tells what it was warned about. */
  async warn(storage) {
    const kv = new KVStore(storage);
    process.on("warning", ({ name, message, ...rest }) => {
      tell({ name, code: (rest as { code?: string }).code, message });
    });
    await kv.set("just", "x".repeat(1024 * 1024));
    await new Promise((resolve) => setImmediate(resolve));
    tell("large");
    const bytes = new Uint8Array(1024 * 1024 + 1).fill(1);
    await kv.setBytes("bytes", bytes);
    await kv.set("text", "é".repeat(512 * 1024 + 1));
    await kv.setMany({ many: "x".repeat(2 * 1024 * 1024) });
    await kv.update("update", () => "x".repeat(2 * 1024 * 1024));
    await new Promise((resolve) => setImmediate(resolve));
    const sizes = ["just", "bytes", "text", "many", "update"].map(
      async (key) => (await kv.info(key))?.size,
    );
    tell(await Promise.all(sizes));
    tell(Buffer.compare((await kv.getBytes("bytes")) ?? new Uint8Array(), bytes));
  },
};

const [module, path, role, argument] = process.argv.slice(2) as [string, string, string, string];
const { storage: opener } = await loadTarget({ name: "child", module });
const storage = await opener.open(path, { create: "if-missing" });
await roles[role]?.(storage, argument);
await storage.close();
