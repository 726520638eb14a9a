/** ERR: what failures look like. */
import { writeFileSync } from "node:fs";
import { bytes } from "../../src/encodings.ts";
import { StorageError, type StorageErrorCode } from "../../src/errors.ts";
import { type Check, group } from "../check.ts";
import { type Context, refusalOf } from "../context.ts";
import { failureOf } from "../failure.ts";
import { holdTransaction } from "../waiting.ts";
import { engineFailureChecks } from "./engine-failures.ts";
import { misuseChecks } from "./misuse.ts";
import { privacyChecks } from "./privacy.ts";

/** A failure that one thread can bring about, on a storage with the container `c` and the item `a`. */
interface Failure {
  readonly name: string;
  readonly retryable: boolean;
  readonly call: (context: Context) => Promise<unknown>;
}

type Failures = Readonly<Partial<Record<StorageErrorCode, Failure>>>;

const FAILURES: Failures = {
  STORAGE_NOT_FOUND: {
    name: "StorageNotFoundError",
    retryable: false,
    call: (context) => context.open({}, context.place("missing")),
  },
  DUPLICATE_STORAGE: {
    name: "DuplicateStorageError",
    retryable: false,
    call: (context) => context.open({ create: true }),
  },
  STORAGE_CLOSED: {
    name: "StorageClosedError",
    retryable: false,
    call: async (context) => {
      const storage = await context.open();
      await storage.close();
      await storage.listContainers();
    },
  },
  STORAGE_READONLY: {
    name: "StorageReadonlyError",
    retryable: false,
    call: async (context) => (await context.open({ readonly: true })).addContainer("new"),
  },
  STORAGE_BUSY: {
    name: "StorageBusyError",
    retryable: true,
    call: async (context) => {
      const storage = await context.open();
      const held = await holdTransaction(storage, async () => {});
      try {
        await storage.transaction(() => {}, { timeout: 1 });
      } finally {
        held.release();
        await held.ended;
      }
    },
  },
  CONTAINER_NOT_FOUND: {
    name: "ContainerNotFoundError",
    retryable: false,
    call: async (context) => (await context.open()).getContainerItem("missing", "a"),
  },
  DUPLICATE_CONTAINER: {
    name: "DuplicateContainerError",
    retryable: false,
    call: async (context) => (await context.open()).addContainer("c"),
  },
  TRANSACTION_STATE: {
    name: "TransactionStateError",
    retryable: false,
    call: async (context) => (await context.open()).commit(),
  },
  TRANSACTION_CONFLICT: {
    name: "TransactionConflictError",
    retryable: true,
    call: async (context) => {
      const [first, second] = [await context.open(), await context.open()];
      for (const storage of [first, second]) {
        await storage.begin();
        await storage.setContainerItem("c", "a", "2");
      }
      await first.commit();
      await second.commit();
    },
  },
  LIMIT: {
    name: "StorageLimitError",
    retryable: false,
    call: async (context) => (await context.open()).setContainerItem("c", "x".repeat(1025), "1"),
  },
  ENCODING: {
    name: "StorageEncodingError",
    retryable: false,
    call: async (context) => {
      const storage = await context.open();
      await storage.container("c", { encoding: bytes }).set("bytes", new Uint8Array([0xff]));
      await storage.getContainerItem("c", "bytes");
    },
  },
  ABORTED: {
    name: "AbortError",
    retryable: false,
    call: async (context) =>
      (await context.open()).transaction(() => {}, { signal: AbortSignal.abort() }),
  },
};

/** And on the disk. */
const ON_DISK: Failures = {
  STORAGE_FORMAT: {
    name: "StorageFormatError",
    retryable: false,
    call: async (context) => {
      const path = context.place("junk");
      writeFileSync(path, "junk");
      await context.open({}, path);
    },
  },
};

const ownChecks = group("ERR", {
  "01 every failure is a StorageError with a stable code": {
    clauses: ["errors.typed"],
    run: async (context) => {
      await context.create({ c: { a: "1" } });
      const onDisk = context.facts.location === "path";
      const failures = { ...FAILURES, ...(onDisk ? ON_DISK : {}) };
      if (!onDisk) context.leaveOut("failures of a disk: facts.location is name");
      for (const [code, { name, retryable, call }] of Object.entries(failures)) {
        const error = await failureOf(call(context));
        context.equal(refusalOf(error), code, `the code of a ${name}`);
        const found = error as StorageError;
        context.equal(found.name, name, `the name of ${code}`);
        context.equal(found.retryable, retryable, `whether ${code} is worth another try`);
        context.ok(found instanceof StorageError, `${code} is a StorageError of the core`);
        context.ok(found.message.length > 20, `${code} says what is the matter: ${found.message}`);
        context.ok(String(found).startsWith(name), `${code} says its name: ${String(found)}`);
        context.ok(found.stack?.includes(found.message) === true, `${code} has a stack`);
      }
      const reason = new Error("enough");
      const storage = await context.open();
      const signal = AbortSignal.abort(reason);
      const aborted = await failureOf(storage.transaction(() => {}, { signal }));
      context.equal((aborted as Error).cause === reason, true, "the cause is the signal's reason");
    },
  },
});

/** All of the group; the others are in files of their own, by theme. */
export const errorChecks: readonly Check[] = [
  ...ownChecks,
  ...engineFailureChecks,
  ...privacyChecks,
  ...misuseChecks,
];
