/** LMDB has one write lock, which processes and threads wait for without a limit of time. */
import { once } from "node:events";
import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { describe, expect, it } from "vitest";
import { newStorage } from "./fixtures/folder.ts";
import { LockHolder } from "./fixtures/lock-holder.ts";
import { reportOf, startProcess } from "./fixtures/processes.ts";
import { StoppedCommit } from "./fixtures/stopped-commit.ts";

const BUSY = { code: "STORAGE_BUSY", retryable: true };

/** A storage whose write lock another process holds. */
async function locked(): Promise<{ path: string; holder: LockHolder }> {
  const path = await newStorage();
  const holder = await LockHolder.start(path);
  await holder.take();
  return { path, holder };
}

/**
 * Resolves when timers have fired so many times, which they do only while the event loop is alive.
 */
async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * lmdb-js opens a database in a write transaction, on the thread of the caller: while another
 * process commits, the event loop stood still. So it did for good where the one who had the lock
 * lived in the same thread.
 */
describe("while another process holds the write lock", () => {
  for (const options of [{}, { readonly: true }, { create: "if-missing" }] as const) {
    it(`a storage is opened with ${JSON.stringify(options)} and read`, async () => {
      const { path, holder } = await locked();
      await using storage = await LmdbStorage.open(path, options);
      expect(await storage.getContainerItem("c", "key")).toBe("value");
      await storage.begin();
      expect(await storage.getContainerLen("c")).toBe(1);
      expect(await storage.listContainers()).toEqual(["c"]);
      await storage.rollback();
      const items: string[] = [];
      for await (const key of storage.getContainerKeys("c")) items.push(key);
      expect(items).toEqual(["key"]);
      expect(await holder.letGo()).toBe(true);
    });
  }

  it("writes wait, with the event loop alive, until it lets go", async () => {
    const { path, holder } = await locked();
    await using storage = await LmdbStorage.open(path);
    await using beside = await LmdbStorage.open(path);
    await beside.begin();
    await beside.getContainerLen("c");
    const done: string[] = [];
    const writes = [
      storage.setContainerItem("c", "a", 1).then(() => done.push("autocommit")),
      storage
        .transaction((tx) => tx.setContainerItem("c", "b", 2))
        .then(() => done.push("transaction")),
    ];
    await ticks(200);
    expect(done).toEqual([]);
    expect(await holder.letGo()).toBe(true);
    await Promise.all(writes);
    expect(await storage.getContainerItems("c", ["a", "b"])).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  it("writes go on when it is killed", async () => {
    const { path, holder } = await locked();
    await using storage = await LmdbStorage.open(path);
    const write = storage.setContainerItem("c", "key", "new");
    await ticks(100);
    holder.kill();
    await write;
    expect(await storage.getContainerItem("c", "key")).toBe("new");
  });
});

/** A storage to which another process commits, and was stopped in the middle. */
async function beingCommittedTo(): Promise<{ path: string; other: StoppedCommit }> {
  const path = await newStorage();
  const other = await StoppedCommit.start(path);
  await other.take();
  return { path, other };
}

/**
 * What waits for LMDB's lock in lmdb-js can neither be called back nor ended with its process. It was
 * written after its caller had been told that it was not. So nothing waits there while another
 * storage commits.
 */
describe("a write whose time to wait runs out", () => {
  it("is not written later either", async () => {
    const path = await newStorage();
    await using storage = await LmdbStorage.open(path, { timeout: 150 });
    const other = await StoppedCommit.start(path);
    await other.take();
    const many = Array.from({ length: 2000 }, (_, i) => [`late ${i}`, "late"] as const);
    await expect(storage.setContainerItem("c", "late", "late")).rejects.toMatchObject(BUSY);
    await expect(storage.setContainerItems("c", many)).rejects.toMatchObject(BUSY);
    await expect(storage.deleteContainer("c")).rejects.toMatchObject(BUSY);
    const transaction = storage.transaction((tx) => tx.setContainerItem("c", "key", "late"));
    await expect(transaction).rejects.toMatchObject(BUSY);
    await storage.begin();
    await storage.setContainerItem("c", "key", "late");
    await expect(storage.commit()).rejects.toMatchObject(BUSY);
    expect(await other.letGo()).toBe(true);
    // Whatever had been handed over would be written before this, as lmdb-js keeps the order.
    await storage.setContainerItem("c", "in time", "new");
    const items: string[][] = [];
    for await (const item of storage.container("c").entries()) items.push(item);
    expect(items).toEqual([
      ["in time", "new"],
      ["key", "value"],
    ]);
  });

  it("is told so in time also where the storage has committed just before", async () => {
    const path = await newStorage();
    await using storage = await LmdbStorage.open(path, { timeout: 150 });
    const other = await StoppedCommit.start(path);
    await storage.setContainerItem("c", "before", "1");
    await other.take();
    const write = storage.setContainerItem("c", "late", "late");
    await expect(write).rejects.toMatchObject(BUSY);
    expect(await other.letGo()).toBe(true);
    await storage.setContainerItem("c", "in time", "new");
    expect(await storage.getContainerItem("c", "late")).toBeUndefined();
  });

  /**
   * What waits for the lock keeps a thread of the process busy, and closing a database waits for
   * that.
   */
  it("keeps nobody from closing the storage", async () => {
    const path = await newStorage();
    const storage = await LmdbStorage.open(path, { timeout: 0 });
    const other = await StoppedCommit.start(path);
    await other.take();
    await expect(storage.setContainerItem("c", "key", "late")).rejects.toMatchObject(BUSY);
    await storage.close();
    expect(await other.letGo()).toBe(true);
  });

  for (const how of ["exit", "end"] as const) {
    it(`keeps its process from nothing: ${how}`, async () => {
      const path = await newStorage();
      const other = await StoppedCommit.start(path);
      const child = startProcess("give-up.ts", [path, how]);
      await once(child.stderr, "data");
      await other.take();
      child.stdin.write("write\n");
      expect(await reportOf(child)).toEqual({ code: "STORAGE_BUSY" });
      expect(await other.letGo()).toBe(true);
    });
  }

  /** Each that waits takes one of the four threads which Node has for files. */
  it("leaves threads for files", async () => {
    const path = await newStorage();
    const storages = await Promise.all(
      Array.from({ length: 6 }, () => LmdbStorage.open(path, { timeout: 100 })),
    );
    const other = await StoppedCommit.start(path);
    await other.take();
    const writes = storages.map((storage, i) => storage.setContainerItem("c", `${i}`, "late"));
    const outcomes = Promise.allSettled(writes);
    expect((await readFile(join(path, "CATERPILLAR"), "utf8")).length).toBeGreaterThan(0);
    const codes = (await outcomes).map((one) => one.status === "rejected" && one.reason.code);
    expect(codes).toEqual(storages.map(() => "STORAGE_BUSY"));
    expect(await other.letGo()).toBe(true);
    await Promise.all(storages.map((storage) => storage.close()));
  });
});

describe("while another process commits, and is stopped,", () => {
  it("a storage is opened as soon as it goes on, and the event loop is alive until then", async () => {
    const { path, other } = await beingCommittedTo();
    let opened = false;
    const opening = LmdbStorage.open(path, { timeout: 60_000 }).then((storage) => {
      opened = true;
      return storage;
    });
    await ticks(100);
    expect(opened).toBe(false);
    expect(await other.letGo()).toBe(true);
    await using storage = await opening;
    expect(await storage.getContainerItem("c", "key")).toBe("value");
  });

  it("opening is given up at the deadline, and leaves nothing", async () => {
    const { path, other } = await beingCommittedTo();
    await expect(LmdbStorage.open(path, { timeout: 0 })).rejects.toMatchObject(BUSY);
    expect(await other.letGo()).toBe(true);
    await using storage = await LmdbStorage.open(path);
    await storage.setContainerItem("c", "key", "new");
  });
});

/** The number of a process that has died may be that of another one by now. */
it("what a process has left behind that died in the middle of something keeps nobody for good", async () => {
  const path = await newStorage();
  const left = (pid: number, state: string, ageSeconds: number): string => {
    const file = join(path, "turns", `${pid}.${state}${ageSeconds}`);
    writeFileSync(file, state);
    const then = Date.now() / 1000 - ageSeconds;
    utimesSync(file, then, then);
    return file;
  };
  const alive = process.ppid;
  const dead = left(4_000_000, "c", 0);
  const own = left(process.pid, "c", 1_000_000);
  left(alive, "o", 4);
  left(alive, "e", 4);
  left(alive, "c", 4);
  const forgotten = left(alive, "-", 700);
  await using storage = await LmdbStorage.open(path, { timeout: 0 });
  await storage.setContainerItem("c", "key", "new");
  expect([dead, own, forgotten].filter((file) => existsSync(file))).toEqual([]);
});

/** Each storage listened to the end of the process, and Node warned of a leak when there were eleven. */
it("many storages listen to the end of their process once", async () => {
  const before = process.listenerCount("exit");
  const storages: LmdbStorage[] = [];
  for (let i = 0; i < 12; i++) storages.push(await LmdbStorage.open(await newStorage()));
  expect(process.listenerCount("exit")).toBe(before + 1);
  for (const storage of storages) await storage.close();
  expect(process.listenerCount("exit")).toBe(before);
});
