/** RO: storages that are opened read-only. */
import { join } from "node:path";
import { bytes } from "../../src/encodings.ts";
import type { Operations } from "../../src/operations.ts";
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { type Context, contentsOf } from "../context.ts";
import { filesIn, storedFile } from "../files.ts";
import { withoutWriting } from "../unprivileged.ts";

type Writes = Readonly<Record<string, (on: Operations) => unknown>>;

const SEED = { c: { a: "1", b: "2" }, d: {} };

/** Every write is refused: by itself, in a transaction that was begun, in one that runs a function. Nothing changes. */
async function refuses(context: Context, writes: Writes): Promise<void> {
  const writer = await context.create(SEED);
  const storage = await context.open({ readonly: true });
  const each = async (on: Operations, where: string): Promise<void> => {
    for (const [what, write] of Object.entries(writes)) {
      await context.rejects(() => write(on), "STORAGE_READONLY", `${what} ${where}`);
    }
  };
  await each(storage, "by itself");
  const tx = await storage.begin();
  await each(storage, "after begin()");
  await each(tx, "on what begin() answered");
  context.equal(await contentsOf(storage), SEED, "what the transaction sees");
  await storage.commit();
  await storage.transaction((running) => each(running, "in transaction()"));
  context.equal(await contentsOf(storage), SEED, "what the read-only storage sees");
  context.equal(await contentsOf(writer), SEED, "what is stored");
}

/** Looks at the two in turn: what `writer` commits, `reader` sees in all its reads, whatever it has read before. */
async function sees(context: Context, writer: Storage, reader: Storage): Promise<void> {
  context.equal(await contentsOf(reader), SEED, "before anybody writes");
  context.equal(await reader.getContainerItem("c", "a"), "1", "an item");
  context.equal(await reader.hasContainer("e"), false, "whether a container is there");
  await writer.setContainerItem("c", "a", "new");
  context.equal(await reader.getContainerItem("c", "a"), "new", "an item that was set");
  await writer.transaction(async (tx) => {
    await tx.addContainer("e");
    await tx.setContainerItems("e", { x: "1", y: "2" });
    await tx.deleteContainer("d");
  });
  context.equal(await reader.hasContainer("e"), true, "whether a new container is there");
  context.equal(await reader.getContainerLen("e"), 2, "the length of a new container");
  await writer.deleteContainerItem("c", "b");
  const expected = { c: { a: "new" }, e: { x: "1", y: "2" } };
  context.equal(await contentsOf(reader), expected, "all that was committed");
}

export const readonlyChecks: readonly Check[] = group("RO", {
  "01 an item is not set": {
    clauses: ["readonly.refuse"],
    run: (context) =>
      refuses(context, {
        "setContainerItem of a new key": (on) => on.setContainerItem("c", "new", "3"),
        "setContainerItem of a key that is there": (on) => on.setContainerItem("c", "a", "1"),
        "set in the short form": (on) => on.container("c").set("a", "3"),
        "update in the short form": (on) => on.container("c").update("a", () => "3"),
        "set of bytes": (on) =>
          on.container("c", { encoding: bytes }).set("a", new Uint8Array([3])),
      }),
  },

  "02 many items are not set": {
    clauses: ["readonly.refuse"],
    run: (context) =>
      refuses(context, {
        setContainerItems: (on) => on.setContainerItems("c", { new: "3", a: "3" }),
        "setContainerItems of no items": (on) => on.setContainerItems("c", {}),
        "setMany in the short form": (on) => on.container("c").setMany([["a", "3"]]),
        "setMany of an async iterable": (on) =>
          on.container("c").setMany(
            (async function* () {
              yield ["a", "3"] as const;
            })(),
          ),
      }),
  },

  "03 items are not deleted": {
    clauses: ["readonly.refuse"],
    run: (context) =>
      refuses(context, {
        deleteContainerItem: (on) => on.deleteContainerItem("c", "a"),
        "deleteContainerItem of a missing key": (on) => on.deleteContainerItem("c", "missing"),
        deleteContainerItems: (on) => on.deleteContainerItems("c", ["a", "b"]),
        "deleteContainerItems of no keys": (on) => on.deleteContainerItems("c", []),
        "delete in the short form": (on) => on.container("c").delete("a"),
        "deleteMany in the short form": (on) => on.container("c").deleteMany(["a", "b"]),
      }),
  },

  "04 a container is not added": {
    clauses: ["readonly.refuse"],
    run: (context) =>
      refuses(context, {
        addContainer: (on) => on.addContainer("new"),
        "addContainer of one that is there": (on) => on.addContainer("c"),
      }),
  },

  "05 a container is not deleted": {
    clauses: ["readonly.refuse"],
    run: (context) =>
      refuses(context, {
        deleteContainer: (on) => on.deleteContainer("c"),
        "deleteContainer of an empty one": (on) => on.deleteContainer("d"),
      }),
  },

  "06 nothing is cleared": {
    clauses: ["readonly.refuse"],
    run: (context) =>
      refuses(context, {
        clear: (on) => on.clear(),
        clearContainer: (on) => on.clearContainer("c"),
        "clearContainer of an empty one": (on) => on.clearContainer("d"),
        "clear in the short form": (on) => on.container("c").clear(),
      }),
  },

  "07 the data are what they were": {
    clauses: ["readonly.refuse", "readonly.read"],
    run: async (context) => {
      const writer = await context.create(SEED);
      context.equal(writer.readonly, false, "whether the first storage is read-only");
      await writer.close();
      const before = filesIn(context.folder);
      const storage = await context.open({ readonly: true });
      context.equal(storage.readonly, true, "whether the second storage is read-only");
      context.equal(await contentsOf(storage), SEED, "what it reads");
      const set = (): unknown => storage.setContainerItem("c", "a", "3");
      await context.rejects(set, "STORAGE_READONLY", "a write");
      await storage.begin();
      await context.rejects(set, "STORAGE_READONLY", "a write after begin()");
      await storage.rollback();
      await storage.close();
      context.equal(await context.contents(), SEED, "what is stored");
      if (context.facts.readonly === "engine") {
        const again = await context.open({ readonly: true });
        await contentsOf(again);
        await again.close();
        // What an engine keeps beside them while it runs is its own.
        const after = filesIn(context.folder);
        for (const [below, bytes] of Object.entries(before)) {
          const path = join(context.folder, below);
          if (storedFile(context.facts.files, context.path, path)?.expendable) continue;
          context.equal(after[below], bytes, `${below}, to the byte`);
        }
      } else {
        context.leaveOut("the files, to the byte: facts.readonly is core");
      }
    },
  },

  "08 it sees what others commit": {
    clauses: ["readonly.read"],
    run: async (context) => {
      const creator = await context.create(SEED);
      await sees(context, creator, await context.open({ readonly: true }));
      await creator.close();

      const path = context.place("opened by the reader first");
      await (await context.create(SEED, path)).close();
      const reader = await context.open({ readonly: true }, path);
      context.equal(await contentsOf(reader), SEED, "before the writer is there");
      const writer = await context.open({}, path);
      await sees(context, writer, reader);
      await writer.close();
      context.equal(await reader.getContainerItem("c", "a"), "new", "when the writer is gone");
    },
  },

  "09 the snapshot of its transaction is fixed": {
    clauses: ["readonly.read", "isolation.begin"],
    run: async (context) => {
      const writer = await context.create(SEED);
      const reader = await context.open({ readonly: true });
      const write = async (value: string): Promise<void> => {
        await writer.setContainerItems("c", { a: value, [value]: value });
        await writer.addContainer(value);
      };
      await reader.begin();
      await write("first");
      context.equal(await contentsOf(reader), SEED, "after begin(), as its first read");
      context.equal(await reader.getContainerLen("c"), 2, "the length after begin()");
      await reader.commit();
      context.equal(await reader.getContainerItem("c", "a"), "first", "after commit()");

      await reader.transaction(async (tx) => {
        await write("second");
        context.equal(await tx.getContainerItem("c", "a"), "first", "in transaction()");
        context.equal(await tx.getContainerItem("c", "second"), undefined, "a key in it");
        context.equal(await reader.getContainerItem("c", "a"), "second", "beside it");
      });

      const iteration = reader.container("c").keys();
      context.equal((await iteration.next()).value, "a", "the first key of an iteration");
      await write("b-third");
      const rest: string[] = [];
      for await (const key of iteration) rest.push(key);
      context.equal(rest, ["b", "first", "second"], "the other keys of the iteration");
    },
  },

  "10 it needs no right to write": {
    clauses: ["readonly.media"],
    run: async (context) => {
      await (await context.create(SEED)).close();
      const before = filesIn(context.folder);
      if (context.facts.location === "name") context.leaveOut("rights: facts.location is name");
      const needsRight = context.facts.location === "path" && context.facts.readonly === "core";
      await withoutWriting(context.folder, async () => {
        const open = (): Promise<Storage> => context.open({ readonly: true });
        if (needsRight) {
          context.leaveOut("reading without the right to write: facts.readonly is core");
          await context.rejects(open, "STORAGE_IO", "an engine that always opens for writing");
          return;
        }
        const storage = await open();
        context.equal(await contentsOf(storage), SEED, "what it reads");
        await storage.begin();
        context.equal(
          await storage.getContainerItems("c", ["b", "x"]),
          [
            ["b", "2"],
            ["x", undefined],
          ],
          "in a transaction",
        );
        await storage.rollback();
        const set = (): unknown => storage.setContainerItem("c", "a", "3");
        await context.rejects(set, "STORAGE_READONLY", "a write");
        const second = await open();
        context.equal(await second.getContainerLen("c"), 2, "a second storage");
        await second.close();
        await storage.close();
        context.equal(await contentsOf(await open()), SEED, "opened again");
      });
      context.equal(filesIn(context.folder), before, "the files");
      const writer = await context.open();
      await writer.setContainerItem("c", "a", "3");
      context.equal(await writer.getContainerItem("c", "a"), "3", "with the right to write again");
    },
  },
});
