/** How storages on one path find each other, and what they may do there. */
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { asNobody } from "@caterpillar/storage-core/conformance";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { describe, expect, it } from "vitest";
import { newStorage, testFolder } from "./fixtures/folder.ts";
import { reportOf, startProcess } from "./fixtures/processes.ts";

/**
 * A database that lmdb-js has open for reading only cannot be opened for writing in the same
 * process: every read failed then.
 */
describe("one that reads and one that writes, in one process,", () => {
  async function both(path: string, reader: LmdbStorage, writer: LmdbStorage): Promise<void> {
    await reader.begin();
    await writer.setContainerItem("c", "key", "new");
    expect(await reader.getContainerItem("c", "key")).toBe("value");
    await reader.rollback();
    expect(await reader.getContainerItem("c", "key")).toBe("new");
    await expect(reader.setContainerItem("c", "key", "no")).rejects.toMatchObject({
      code: "STORAGE_READONLY",
    });
    await writer.transaction((tx) => tx.addContainer("d"));
    expect(await reader.listContainers()).toEqual(["c", "d"]);
    expect((await LmdbStorage.open(path, { readonly: true })).readonly).toBe(true);
  }

  it("the reader first", async () => {
    const path = await newStorage();
    await using reader = await LmdbStorage.open(path, { readonly: true });
    expect(await reader.getContainerItem("c", "key")).toBe("value");
    await using writer = await LmdbStorage.open(path);
    await both(path, reader, writer);
  });

  it("the writer first", async () => {
    const path = await newStorage();
    await using writer = await LmdbStorage.open(path);
    await writer.setContainerItem("c", "key", "value");
    await using reader = await LmdbStorage.open(path, { readonly: true });
    await both(path, reader, writer);
  });

  it("and each goes on when the other is closed", async () => {
    const path = await newStorage();
    const first = await LmdbStorage.open(path, { readonly: true });
    const writer = await LmdbStorage.open(path);
    await first.close();
    await writer.setContainerItem("c", "key", "new");
    await using second = await LmdbStorage.open(path, { readonly: true });
    await writer.close();
    expect(await second.getContainerItem("c", "key")).toBe("new");
    await using last = await LmdbStorage.open(path);
    await last.setContainerItem("c", "key", "newest");
    expect(await second.getContainerItem("c", "key")).toBe("newest");
  });
});

/**
 * A storage that nobody may write to: neither its files nor in its folder. Proves that it is so.
 */
async function unwritable(
  fill?: (path: string) => Promise<void>,
): Promise<{ path: string; giveBack: () => void }> {
  const parent = testFolder();
  const path = await newStorage(join(parent, "storage"));
  await fill?.(path);
  const files = ["data.mdb", "lock.mdb", "CATERPILLAR"].map((name) => join(path, name));
  const modes = (folder: number, file: number): void => {
    for (const name of files) chmodSync(name, file);
    for (const name of [path, parent]) chmodSync(name, folder);
  };
  modes(0o555, 0o444);
  for (const name of [join(path, "probe"), ...files]) {
    const probe = asNobody(async () => writeFileSync(name, "", { flag: "a" }));
    await expect(probe).rejects.toMatchObject({ code: "EACCES" });
  }
  return { path, giveBack: () => modes(0o755, 0o644) };
}

describe("a storage without the right to write to it", () => {
  /** The lock file, in which readers leave word of what they read, may not be written to then. */
  it("is read, and not written", async () => {
    const { path, giveBack } = await unwritable();
    await asNobody(async () => {
      await expect(LmdbStorage.open(path)).rejects.toMatchObject({ code: "STORAGE_IO" });
      await using reader = await LmdbStorage.open(path, { readonly: true });
      expect(await reader.getContainerItem("c", "key")).toBe("value");
      await expect(LmdbStorage.open(path)).rejects.toMatchObject({ code: "STORAGE_IO" });
      await reader.begin();
      expect(await reader.listContainers()).toEqual(["c"]);
      expect(await reader.getContainerLen("c")).toBe(1);
    });
    giveBack();
  });

  it("is written to when the right is given back, after a reader has closed it", async () => {
    const { path, giveBack } = await unwritable();
    await asNobody(async () => {
      await using reader = await LmdbStorage.open(path, { readonly: true });
      expect(await reader.getContainerItem("c", "key")).toBe("value");
    });
    giveBack();
    await using writer = await LmdbStorage.open(path);
    await writer.setContainerItem("c", "key", "new");
    expect(await writer.getContainerItem("c", "key")).toBe("new");
  });

  it("is written to by others when the right is given back, beside a reader", async () => {
    const { path, giveBack } = await unwritable();
    await using reader = await asNobody(() => LmdbStorage.open(path, { readonly: true }));
    expect(await reader.getContainerItem("c", "key")).toBe("value");
    giveBack();
    expect(await reportOf(startProcess("write.ts", [path, "new"]))).toBe("done");
    expect(await reader.getContainerItem("c", "key")).toBe("new");
  });

  /** Two who found the copy too old at once made two new ones, and gave the old one up under an open transaction. */
  it("is copied once for all who read, and a transaction keeps its copy", async () => {
    const { path, giveBack } = await unwritable();
    const readers = await asNobody(() =>
      Promise.all([1, 2, 3].map(() => LmdbStorage.open(path, { readonly: true }))),
    );
    const [first] = readers as [LmdbStorage, ...LmdbStorage[]];
    await asNobody(() => first.begin());
    expect(await first.getContainerItem("c", "key")).toBe("value");
    giveBack();
    for (const value of ["1", "2", "3"]) {
      expect(await reportOf(startProcess("write.ts", [path, value]))).toBe("done");
      const others = readers.slice(1);
      const reads = others.map((reader) => reader.getContainerItem("c", "key"));
      expect(await Promise.all(reads)).toEqual([value, value]);
      expect(await first.getContainerItem("c", "key")).toBe("value");
    }
    await first.rollback();
    expect(await first.getContainerItem("c", "key")).toBe("3");
    for (const reader of readers) await reader.close();
    // What is open has no name any more, so that nothing is left by a process that is killed.
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("caterpillar-lmdb-"))).toEqual(
      [],
    );
  });

  it("is written to in the same process when the right is given back, beside a reader", async () => {
    const { path, giveBack } = await unwritable();
    await using reader = await asNobody(() => LmdbStorage.open(path, { readonly: true }));
    expect(await reader.getContainerItem("c", "key")).toBe("value");
    giveBack();
    await using writer = await LmdbStorage.open(path);
    await writer.setContainerItem("c", "key", "new");
    expect(await writer.getContainerItem("c", "key")).toBe("new");
    expect(await reader.getContainerItem("c", "key")).toBe("new");
  });
});

/**
 * LMDB writes over the pages of states that nobody reads. Readers say in the lock file what they
 * read; where they may not write to it, LMDB reads without a word, and what a snapshot holds is
 * overwritten as soon as somebody else has committed twice.
 */
describe("a snapshot holds while another process writes everything anew", () => {
  async function expectToHold(reader: LmdbStorage, whenBegun: () => void): Promise<void> {
    const read = async (): Promise<string[][]> => {
      const entries: string[][] = [];
      for await (const entry of reader.container("c").entries()) entries.push(entry);
      return entries;
    };
    await reader.begin();
    const before = await read();
    expect(before).toHaveLength(200);
    whenBegun();
    expect(await reportOf(startProcess("rewrite.ts", [reader.path]))).toBe("done");
    expect((await read()).length).toBe(200);
    expect(await read()).toEqual(before);
    expect(await reader.getContainerItem("c", "key 1100")).toBe(before[100]?.[1]);
  }

  async function fill(path: string): Promise<void> {
    await using storage = await LmdbStorage.open(path);
    await storage.clearContainer("c");
    const items = Array.from({ length: 200 }, (_, i) => [`key ${1000 + i}`, "x".repeat(300)]);
    await storage.setContainerItems("c", items as [string, string][]);
  }

  for (const options of [{}, { readonly: true }]) {
    it(`opened with ${JSON.stringify(options)}`, async () => {
      const path = await newStorage();
      await fill(path);
      await using reader = await LmdbStorage.open(path, options);
      await expectToHold(reader, () => {});
    });
  }

  it("opened without the right to write, which the other process has", async () => {
    const { path, giveBack } = await unwritable(fill);
    await using reader = await asNobody(() => LmdbStorage.open(path, { readonly: true }));
    await expectToHold(reader, giveBack);
  });
});

/** Two databases of lmdb-js on one path in one thread wait for each other's lock for ever. */
it("all names of a folder are one storage", async () => {
  const folder = testFolder();
  const path = await newStorage(join(folder, "storage"));
  mkdirSync(join(folder, "elsewhere"));
  const link = join(folder, "elsewhere", "link");
  symlinkSync(path, link);
  symlinkSync(folder, join(folder, "around"));
  const names = [
    path,
    `${path}/`,
    `${path}/.`,
    link,
    `${link}/`,
    join(folder, "around", "around", "storage"),
    relative(process.cwd(), path),
    `${folder}//elsewhere/../storage`,
    new URL(`file://${path}`),
  ];
  const storages = await Promise.all(names.map((name) => LmdbStorage.open(name)));
  expect(new Set(storages.map((storage) => storage.path))).toEqual(new Set([path]));
  // With two engines, or two lines for the lock, some of these would conflict or never end.
  const increments = storages.flatMap((storage, i) =>
    Array.from({ length: 20 }, () =>
      storage.transaction(
        async (tx) => {
          const n = Number((await tx.getContainerItem("c", "n")) ?? 0);
          await storage.getContainerItem("c", "n");
          await tx.setContainerItem("c", "n", n + 1);
          await tx.setContainerItem("c", `by ${i}`, n + 1);
        },
        { retries: 0 },
      ),
    ),
  );
  await Promise.all(increments);
  expect(await storages[3]?.getContainerItem("c", "n")).toBe(`${20 * names.length}`);
  await Promise.all(storages.map((storage) => storage.close()));
});

/** A draft was named after the path, and its name was too long. */
it("a name may be as long as the file system takes", async () => {
  const path = await newStorage(join(testFolder(), "x".repeat(255)));
  await using storage = await LmdbStorage.open(path);
  expect(await storage.getContainerItem("c", "key")).toBe("value");
});

/** Where LMDB cannot open its lock file, lmdb-js ends the process. */
it("a lock file that is none is told, and the process goes on", async () => {
  const path = await newStorage();
  rmSync(join(path, "lock.mdb"));
  mkdirSync(join(path, "lock.mdb"));
  await expect(LmdbStorage.open(path)).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
  rmSync(join(path, "lock.mdb"), { recursive: true });
  await using storage = await LmdbStorage.open(path);
  expect(await storage.getContainerItem("c", "key")).toBe("value");
});
