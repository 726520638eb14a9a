/** ERR: what callers see of an engine that fails. */
import {
  StorageCorruptError,
  StorageIOError,
  StorageLimitError,
  StorageLockedError,
} from "../../src/errors.ts";
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { type Context, contentsOf } from "../context.ts";
import { type FailingDriver, type FaultyMethod, failingDriver } from "../failing-driver.ts";
import { settle } from "../methods.ts";

const SEED = { c: { a: "1" } };

/** A call that fails where this method of the engine does. */
const CALLS: Readonly<Record<Exclude<FaultyMethod, "open" | "close">, (on: Storage) => unknown>> = {
  snapshot: (storage) => storage.getContainerItem("c", "a"),
  write: (storage) => storage.setContainerItem("c", "a", "2"),
  containers: (storage) => storage.listContainers(),
  has: (storage) => storage.hasContainer("c"),
  get: (storage) => storage.getContainerItem("c", "a"),
  getMany: (storage) => storage.getContainerItems("c", ["a"]),
  page: (storage) => settle(storage.container("c").entries()),
  keys: (storage) => settle(storage.getContainerKeys("c")),
  count: (storage) => storage.getContainerLen("c"),
};

/** What engines throw, more or less. */
const THROWN: Readonly<Record<string, unknown>> = {
  "an error": new Error("the engine is on fire"),
  "an error with a code": Object.assign(new Error("disk on fire"), { code: "EIO", errno: -5 }),
  // Not the caller's misuse, and not one of ours.
  "a TypeError": new TypeError("cannot read properties of undefined"),
  "an error with a code of ours": Object.assign(new Error("busy"), { code: "STORAGE_BUSY" }),
  "a text": "out of memory",
  "a number": 5,
  undefined: undefined,
  null: null,
};

/** Creates the storage, and runs the steps on it by way of the failing driver. */
async function onFailing(
  context: Context,
  run: (failing: FailingDriver, storage: Storage) => Promise<void>,
): Promise<void> {
  await (await context.create(SEED)).close();
  const failing = failingDriver(context.target.storage.driver);
  const storage = await failing.storage.open(context.path);
  try {
    await run(failing, storage);
  } finally {
    failing.fault = undefined;
    await storage.close();
  }
}

export const engineFailureChecks: readonly Check[] = group("ERR", {
  "02 the engine's error is the cause": {
    clauses: ["errors.typed"],
    run: (context) =>
      onFailing(context, async (failing, storage) => {
        const thrown = new Error("the engine is on fire");
        const fails = async (method: FaultyMethod, call: () => unknown): Promise<void> => {
          for (const later of [false, true]) {
            const what = `${method} that ${later ? "rejects" : "throws"}`;
            failing.fault = { method, thrown, later };
            const error = await context.rejects(call, "ENGINE", what);
            context.equal(error.cause === thrown, true, `the cause, after ${what}`);
            context.equal((error as { retryable?: boolean }).retryable, false, "worth another try");
            failing.fault = undefined;
          }
          context.equal(await contentsOf(storage), SEED, `the storage, after ${method} has failed`);
        };
        for (const [method, call] of Object.entries(CALLS)) {
          await fails(method as FaultyMethod, () => call(storage));
        }
        await fails("open", () => failing.storage.open(context.place("elsewhere")));
        await fails("write", async () => {
          await storage.begin();
          await storage.setContainerItem("c", "a", "2");
          await storage.commit();
        });
        await fails("snapshot", () => storage.begin());
        await fails("write", () => storage.transaction((tx) => tx.setContainerItem("c", "a", "2")));
        const path = context.place("closed");
        const closed = await failing.storage.open(path, { create: true });
        failing.fault = { method: "close", thrown, later: false };
        const error = await context.rejects(() => closed.close(), "ENGINE", "close that throws");
        context.equal(error.cause === thrown, true, "the cause, after close");
        failing.fault = undefined;
        const again = await failing.storage.open(path);
        context.equal(await contentsOf(again), {}, "opened again after close has failed");
        await again.close();
      }),
  },

  "03 nothing that an engine throws reaches the caller as it is": {
    clauses: ["errors.typed"],
    run: (context) =>
      onFailing(context, async (failing, storage) => {
        for (const [what, thrown] of Object.entries(THROWN)) {
          for (const [method, call] of Object.entries(CALLS)) {
            failing.fault = { method: method as FaultyMethod, thrown, later: false };
            const error = await context.rejects(
              () => call(storage),
              "ENGINE",
              `${what}, ${method}`,
            );
            context.equal(error.cause === thrown, true, `the cause is ${what}`);
          }
        }
        // What a driver says in the words of the contract is not said again.
        for (const thrown of [
          new StorageIOError("the disk is full"),
          new StorageCorruptError("damaged"),
          new StorageLimitError("too long"),
          new StorageLockedError("somebody else has it"),
        ]) {
          for (const [method, call] of Object.entries(CALLS)) {
            failing.fault = { method: method as FaultyMethod, thrown, later: true };
            const error = await context.rejects(() => call(storage), thrown.code, method);
            context.equal(error === thrown, true, `${thrown.name} itself`);
          }
        }
        failing.fault = undefined;
        context.equal(await contentsOf(storage), SEED, "the storage afterwards");
      }),
  },
});
