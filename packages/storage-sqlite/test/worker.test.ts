import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { testFolder } from "./fixtures/folder.ts";

async function newStorage(): Promise<SqliteStorage> {
  const path = join(testFolder(), "test.db");
  const storage = await SqliteStorage.open(path, { create: true, worker: true });
  onTestFinished(() => storage.close());
  await storage.addContainer("c");
  return storage;
}

/** The workers that this thread starts from now on. */
function startedWorkers(): Worker[] {
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on("worker", note);
  onTestFinished(() => void process.off("worker", note));
  return workers;
}

/** What this thread has written, to files and to others, in bytes. */
function writtenHere(): number {
  const io = readFileSync(`/proc/self/task/${process.pid}/io`, "utf8");
  return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
}

describe("the option", () => {
  it("is true or false", async () => {
    const path = join(testFolder(), "test.db");
    const options = { create: true, worker: "yes" as unknown as boolean };
    await expect(SqliteStorage.open(path, options)).rejects.toThrow(
      new TypeError("worker must be true or false, not string"),
    );
  });

  it("is one of this driver alone", async () => {
    const options = { create: true, worker: true };
    await expect(MemoryStorage.open("worker", options)).rejects.toThrow(
      'open() has no option "worker"; it has create, readonly, durability, timeout',
    );
  });

  it("starts no worker for those who only read, and one for all storages on a path", async () => {
    const workers = startedWorkers();
    const first = await newStorage();
    expect(workers).toHaveLength(1);
    await using _ = await SqliteStorage.open(first.path, { worker: true });
    await first.close();
    await using second = await SqliteStorage.open(first.path);
    await second.setContainerItem("c", "key", "value");
    await using reader = await SqliteStorage.open(first.path, { readonly: true, worker: true });
    expect(await reader.getContainerItem("c", "key")).toBe("value");
    expect(workers).toHaveLength(1);
  });
});

/** Only Linux counts what each thread writes. */
describe.runIf(process.platform === "linux")("what commits write to the disk", () => {
  const MEGABYTE = 1 << 20;

  it.each([
    { worker: true, where: "another thread" },
    { worker: false, where: "the thread of the storage" },
  ])("is written in $where", async ({ worker }) => {
    const path = join(testFolder(), "test.db");
    await using storage = await SqliteStorage.open(path, { create: true, worker });
    await storage.addContainer("c");
    const before = writtenHere();
    await storage.setContainerItem("c", "set", "x".repeat(MEGABYTE));
    await storage.transaction((tx) => tx.setContainerItem("c", "tx", "y".repeat(MEGABYTE)));
    expect(writtenHere() - before > MEGABYTE).toBe(!worker);
    const values = await storage.getContainerItems("c", ["set", "tx"]);
    expect(values.map(([, value]) => value?.length)).toEqual([MEGABYTE, MEGABYTE]);
  });
});

describe("a worker that has died", () => {
  it("is replaced for the next commit", async () => {
    const workers = startedWorkers();
    const storage = await newStorage();
    await storage.setContainerItem("c", "key", "before");
    await workers[0]?.terminate();
    await storage.setContainerItem("c", "key", "after");
    expect(workers).toHaveLength(2);
    expect(await storage.getContainerItem("c", "key")).toBe("after");
  });

  it("fails the commit that it was asked for, which is made as a whole or not at all", async () => {
    const workers = startedWorkers();
    const storage = await newStorage();
    const [worker] = workers as [Worker];
    const asked = new Promise<void>((resolve) => {
      watchRequests(worker, (kind) => kind === "commit" && resolve());
    });
    // Some tenths of a second of work.
    const items = new Map(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, "v"]));
    const failed = expect(storage.setContainerItems("c", items)).rejects.toMatchObject({
      code: "ENGINE",
    });
    await asked;
    await worker.terminate();
    await failed;
    expect([0, items.size]).toContain(await storage.getContainerLen("c"));
    await storage.setContainerItem("c", "key", "after");
    expect(await storage.getContainerItem("c", "key")).toBe("after");
  });
});

/** Is told of the kind of each request right before the worker gets it. */
function watchRequests(worker: Worker, see: (kind: string) => void): void {
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (request: { kind: string }) => {
    see(request.kind);
    post(request);
  };
}

/**
 * The worker is another connection than the snapshot's, so SQLite does not see their commits as one: a commit of somebody else between the two looks
 * at the database would be overwritten.
 */
describe("a commit of another program", () => {
  function changeElsewhere(path: string): void {
    const other = new Sqlite(path);
    const list = `SELECT "table" FROM container_tables WHERE container = 'c'`;
    const { table } = other.prepare(list).get() as { table: string };
    other.prepare(`INSERT OR REPLACE INTO ${table} VALUES ('key', 'theirs')`).run();
    other.close();
  }

  it.each([
    { when: "before the worker says what it sees", kind: undefined },
    { when: "when the worker has said what it sees", kind: "parcel" },
    { when: "when the snapshot was found to be the newest state", kind: "commit" },
  ])("is found as a conflict: $when", async ({ kind }) => {
    const workers = startedWorkers();
    const storage = await newStorage();
    const [worker] = workers as [Worker];
    await storage.begin();
    await storage.setContainerItem("c", "key", "ours");
    if (kind === undefined) changeElsewhere(storage.path);
    let isDone = kind === undefined;
    watchRequests(worker, (asked) => {
      if (isDone || asked !== kind) return;
      isDone = true;
      changeElsewhere(storage.path);
    });
    await expect(storage.commit()).rejects.toMatchObject({ code: "TRANSACTION_CONFLICT" });
    expect(await storage.getContainerItem("c", "key")).toBe("theirs");
    // It was only this commit.
    await storage.transaction((tx) => tx.setContainerItem("c", "key", "ours"));
    expect(await storage.getContainerItem("c", "key")).toBe("ours");
  });

  it("from before the snapshot is none", async () => {
    const storage = await newStorage();
    for (let i = 0; i < 3; i++) {
      changeElsewhere(storage.path);
      const seen = await storage.transaction(async (tx, attempt) => {
        expect(attempt).toBe(1);
        await tx.setContainerItem("c", "other", i);
        return await tx.getContainerItem("c", "key");
      });
      expect(seen).toBe("theirs");
    }
  });
});

describe("a lock that somebody else holds", () => {
  it("is waited for, and what is to be committed is handed over once", async () => {
    const workers = startedWorkers();
    const storage = await newStorage();
    const [worker] = workers as [Worker];
    const asked: string[] = [];
    watchRequests(worker, (kind) => asked.push(kind));
    const other = new Sqlite(storage.path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const write = storage.setContainerItem("c", "key", "value");
    while (asked.filter((kind) => kind === "commit").length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    other.exec("ROLLBACK");
    other.close();
    await write;
    expect(asked.filter((kind) => kind === "parcel")).toHaveLength(1);
    expect(await storage.getContainerItem("c", "key")).toBe("value");
  });

  it("at the end of its time leaves nothing behind that a later commit would make", async () => {
    const storage = await newStorage();
    await using hasty = await SqliteStorage.open(storage.path, { timeout: 20 });
    const other = new Sqlite(storage.path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    await expect(hasty.setContainerItem("c", "given up", "x")).rejects.toMatchObject({
      code: "STORAGE_BUSY",
    });
    other.exec("ROLLBACK");
    other.close();
    await storage.setContainerItem("c", "key", "value");
    expect(await storage.getContainerLen("c")).toBe(1);
  });
});

describe("a process", () => {
  function run(args: readonly string[], body: string): string {
    const path = join(testFolder(), "test.db");
    const script = `
      import { SqliteStorage } from "@caterpillar/storage-sqlite";
      const storage = await SqliteStorage.open(${JSON.stringify(path)}, { create: true, worker: true });
      await storage.addContainer("c");
      ${body}`;
    const conditions = ["--conditions=@caterpillar/source", ...args];
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const options = { encoding: "utf8", cwd, timeout: 60_000 } as const;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...conditions, "--eval", script],
      options,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout;
  }

  it("ends by itself with a storage that is left open, when its commits are made", () => {
    const said = run(
      ["--input-type=module"],
      `void storage.setContainerItem("c", "key", "value").then(() => console.log("durable"));`,
    );
    expect(said).toBe("durable\n");
  });

  /** Node hands what says how to read `--eval` on to workers, and then refuses to start one from a file. */
  it.each(["--input-type=module", "--input-type=module-typescript"])(
    "may be started with %s",
    (type) => {
      const said = run(
        [type],
        `console.log(await storage.listContainers()); await storage.close();`,
      );
      expect(said).toBe("[ 'c' ]\n");
    },
  );
});
