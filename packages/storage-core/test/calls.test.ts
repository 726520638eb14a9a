/** Calls that overlap in ways that have gone wrong. */
import {
  defineStorage,
  type Engine,
  type Snapshot,
  type StorageOpener,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { expect, it } from "vitest";
import { replace } from "./mutants/mutant.ts";

let names = 0;

async function newStorage(opener: StorageOpener = MemoryStorage, timeout = 5000) {
  const storage = await opener.open(`calls ${names++}`, { create: true, timeout });
  await storage.addContainer("c");
  return storage;
}

/** A memory driver whose snapshots, or engines, are changed. */
function changed(change: (engine: Engine) => Partial<Engine>): StorageOpener {
  const { driver } = MemoryStorage;
  return defineStorage({
    ...driver,
    name: `changed ${names++}`,
    open: async (path, options) => {
      const engine = await driver.open(path, options);
      return replace(engine, change(engine));
    },
  });
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** The keys were awaited before the call was one in flight, and the commit overtook it. */
it("a read whose keys come from an async iterable is waited for by commit and by close", async () => {
  const storage = await newStorage();
  await storage.setContainerItem("c", "a", "1");
  const keys = async function* (until: Promise<void>) {
    await until;
    yield "a";
  };
  for (const end of ["commit", "close"] as const) {
    if (end === "commit") await storage.begin();
    const { opened, open } = gate();
    const read = storage.getContainerItems("c", keys(opened));
    const ended = storage[end]();
    open();
    expect(await read).toEqual([["a", "1"]]);
    await ended;
  }
});

/** The read that waited for a write kept all later reads waiting, too. */
it("a read that need not wait overtakes one that must", async () => {
  await using storage = await newStorage();
  await storage.setContainerItem("c", "other", "1");
  const { opened, open } = gate();
  await using neighbour = await MemoryStorage.open(storage.path);
  const held = neighbour.transaction(() => opened);
  const write = storage.setContainerItem("c", "a", "1");
  const dependent = storage.getContainerItem("c", "a");
  // Resolves while the write still waits for its turn.
  expect(await storage.getContainerItem("c", "other")).toBe("1");
  const overwrite = storage.setContainerItem("c", "a", "2");
  open();
  expect(await dependent).toBe("1");
  await Promise.all([held, write, overwrite]);
  expect(await storage.getContainerItem("c", "a")).toBe("2");
});

/** A write by itself waited without end behind a commit of its own storage that waited for an async iterable. */
it("a write waits for earlier calls no longer than it was told", async () => {
  await using storage = await newStorage(MemoryStorage, 20);
  const { opened, open } = gate();
  const items = async function* (): AsyncGenerator<[string, string]> {
    await opened;
    yield ["a", "1"];
  };
  await storage.begin();
  const set = storage.setContainerItems("c", items());
  const commit = storage.commit();
  await expect(storage.setContainerItem("c", "a", "2")).rejects.toMatchObject({
    code: "STORAGE_BUSY",
  });
  open();
  await Promise.all([set, commit]);
  expect(await storage.getContainerItem("c", "a")).toBe("1");
});

/** The commit had nothing to write, and said that all was well. */
it("a transaction whose begin failed cannot be committed", async () => {
  let failing = false;
  const opener = changed((engine) => ({
    snapshot: async (durability) => {
      if (failing) throw new Error("no snapshot today");
      return await engine.snapshot(durability);
    },
  }));
  await using storage = await newStorage(opener);
  failing = true;
  const begun = storage.begin();
  const set = storage.setContainerItem("c", "a", "1");
  const commit = storage.commit();
  const outcomes = await Promise.allSettled([begun, set, commit]);
  expect(outcomes.map((one) => (one.status === "rejected" ? one.reason.code : "ok"))).toEqual([
    "ENGINE",
    "TRANSACTION_STATE",
    "TRANSACTION_STATE",
  ]);
  failing = false;
  expect(await storage.getContainerLen("c")).toBe(0);
});

it("inTransaction is true from the call of begin() until the end is called for", async () => {
  await using storage = await newStorage();
  expect(storage.inTransaction).toBe(false);
  const begun = storage.begin();
  expect(storage.inTransaction).toBe(true);
  const committed = (await begun).commit();
  expect(storage.inTransaction).toBe(false);
  await committed;
  await storage.begin();
  const rolledBack = storage.rollback();
  expect(storage.inTransaction).toBe(false);
  await rolledBack;
  await storage.transaction(() => expect(storage.inTransaction).toBe(false));
});

/** A commit that was made came out as a failure, a group of calls was committed twice, and the engine stayed open. */
it("a snapshot that cannot be closed fails nothing", async () => {
  let [writes, closed] = [0, false];
  const opener = changed((engine) => ({
    snapshot: (durability) =>
      replace(engine.snapshot(durability) as Snapshot, {
        close: () => {
          throw new Error("it does not close");
        },
      }),
    write: async (changes, options) => {
      writes++;
      await engine.write(changes, options);
    },
    close: () => {
      closed = true;
    },
  }));
  const storage = await newStorage(opener);
  writes = 0;
  await Promise.all([storage.setContainerItem("c", "a", "1"), storage.addContainer("d")]);
  expect(writes).toBe(1);
  await storage.transaction((tx) => tx.setContainerItem("c", "a", "2"));
  await storage.container("c").entries().next();
  await storage.close();
  expect(closed).toBe(true);
});
