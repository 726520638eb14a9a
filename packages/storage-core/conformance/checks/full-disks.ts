/** FAULT: disks that are full, and files that may not grow. */
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Durability } from "../../src/driver.ts";
import { Book } from "../book.ts";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { largestFileIn } from "../files.ts";
import { beginLedger, readLedger } from "../ledger.ts";
import { filesUpTo, limits } from "../limits.ts";
import { onSmallDisk, smallDisk } from "../small-disk.ts";
import { type Outcome, type Subject, withSubject } from "../subject.ts";

/** Sizes of entries, in characters, for each of two containers. */
const SMALL = 100;
const MIDDLE = 1 << 17;
const LARGE = 4 << 20;

/** How far files may grow, in bytes. */
const ROOM = 2 << 20;
/** The size of the small disk, and of what is on it to be taken away, in bytes: there is room then for everything to be written once more. */
const DISK = 6 << 20;
const BALLAST = 3 << 20;

/** Enters until there is no room, at most as often as would fill it four times. */
async function fill(book: Book, room: number): Promise<boolean> {
  for (let i = 0; i < (4 * room) / (2 * MIDDLE); i++) if (!(await book.enter(MIDDLE))) return true;
  return !(await book.enter(LARGE));
}

/** Runs the steps in a process whose files cannot grow much, on a storage that has a ledger; then looks at what is left, without the limit. */
async function underFileLimit(
  context: Context,
  run: (subject: Subject, book: Book) => Promise<void>,
): Promise<void> {
  const storage = await context.create();
  await beginLedger(storage);
  await storage.close();
  const limit = largestFileIn(context.folder) + ROOM;
  const entered = await withSubject(
    context,
    async (subject) => {
      const book = new Book(context, subject);
      await subject.do("open", context.path);
      await run(subject, book);
      return book;
    },
    filesUpTo(limit),
  );
  const again = await context.open();
  const { numbers } = await readLedger(again);
  context.equal(numbers, entered.there, "the commits that are there when it is opened again");
  await again.addContainer("c");
  context.equal(await again.hasContainer("c"), true, "a commit where there is room");
}

/** Storages without files need no room. */
async function needsNoRoom(context: Context): Promise<boolean> {
  if (context.facts.files.length > 0) return false;
  context.leaveOut("a disk that is full: facts.files is empty");
  const steps = async (subject: Subject): Promise<void> => {
    await subject.do("open", context.path, { create: true });
    await subject.do("beginLedger");
    const book = new Book(context, subject);
    await book.enter(LARGE);
    context.equal(book.refused, 0, "the commits that found no room");
    await book.check("where nobody can write to a file");
  };
  await withSubject(context, steps, filesUpTo(0));
  context.equal(readdirSync(context.folder), [], "what is in the folder");
  return true;
}

/** Opens it where there is no room, which may fail for want of it; what it shows must be all that was acknowledged. Tells whether it is open. */
async function openWithoutRoom(
  context: Context,
  subject: Subject,
  book: Book,
  path: string,
): Promise<boolean> {
  const { thrown } = await subject.try("open", path);
  if (thrown === undefined) await book.check("when it was opened where there is no room");
  else context.equal(thrown.refusal, "STORAGE_IO", `opening it without room: ${thrown.message}`);
  return thrown === undefined;
}

/** A disk that only one process sees. */
interface FullDisk {
  readonly subject: Subject;
  /** Of the storage on it, which is open. */
  readonly book: Book;
  readonly path: string;
  /** Takes something else from it. */
  makeRoom(): Promise<void>;
}

/** Runs the steps in a process whose disk is small, on a storage that has a ledger, until a commit has failed for want of room. */
async function onFullDisk(
  context: Context,
  durability: Durability,
  run: (disk: FullDisk) => Promise<void>,
): Promise<void> {
  if (await needsNoRoom(context)) return;
  const disk = context.place("disk");
  mkdirSync(disk);
  const path = join(disk, "storage");
  const ballast = join(disk, "ballast");
  const steps = async (subject: Subject): Promise<void> => {
    await subject.do("makeFile", ballast, BALLAST);
    await subject.do("open", path, { create: true, durability });
    await subject.do("beginLedger");
    const book = new Book(context, subject);
    context.ok(await fill(book, DISK), "a small disk is full at last");
    await book.check("when the disk is full");
    await run({ subject, book, path, makeRoom: () => subject.do("removeFile", ballast) });
    await subject.do("close");
    await subject.do("open", path);
    await book.check("when it was opened again, with room");
    context.equal(await book.enter(SMALL), true, "a commit is acknowledged when there is room");
    await subject.do("close");
    await subject.do("open", path);
    await book.check("in the end");
    await subject.do("close");
  };
  await withSubject(context, steps, onSmallDisk(disk, DISK));
}

export const fullDiskChecks: readonly Check[] = group("FAULT", {
  "01 a commit that would make a file too large fails by itself, and all others are kept": {
    clauses: ["faults.commit", "faults.kept", "faults.open"],
    needs: [limits],
    run: async (context) => {
      if (await needsNoRoom(context)) return;
      await underFileLimit(context, async (subject, book) => {
        await book.check("before");
        context.ok(await fill(book, ROOM), "a commit finds no room in the end");
        await book.check("after a commit has failed");
        for (const size of [SMALL, SMALL, LARGE, SMALL]) await book.enter(size);
        await book.check("after further commits");
        await subject.do("close");
        if (await openWithoutRoom(context, subject, book, context.path)) await subject.do("close");
      });
      const path = context.place("new");
      const create = async (subject: Subject): Promise<void> => {
        const { thrown } = await subject.try("open", path, { create: true });
        context.equal(thrown?.refusal, "STORAGE_IO", "creating one where no file may have a byte");
      };
      const before = readdirSync(context.folder);
      await withSubject(context, create, filesUpTo(0));
      context.equal(readdirSync(context.folder), before, "what is in the folder afterwards");
    },
  },

  "02 on a full disk commits fail, and what was acknowledged is there when it is opened again": {
    clauses: ["faults.commit", "faults.kept", "faults.room"],
    needs: [smallDisk],
    run: (context) =>
      onFullDisk(context, "power-loss", async ({ subject, book, path, makeRoom }) => {
        for (const size of [SMALL, LARGE]) await book.enter(size);
        await subject.do("close");
        // An engine makes them again where there is no room for them.
        await subject.do("removeExpendable", path);
        const rest = join(dirname(path), "rest");
        await subject.do("fillDisk", rest);
        const isOpen = await openWithoutRoom(context, subject, book, path);
        if (isOpen) await book.enter(LARGE);
        const before = await subject.do("namesIn", dirname(path));
        const another = join(dirname(path), "another");
        const { thrown } = await subject.try("open", another, { create: true });
        context.equal(thrown?.refusal, "STORAGE_IO", "creating one where there is no room");
        context.equal(await subject.do("namesIn", dirname(path)), before, "what is left of that");
        await subject.do("removeFile", rest);
        await makeRoom();
        if (!isOpen) await subject.do("open", path);
      }),
  },

  "07 reads go right on after a commit that failed, in what was begun before and in what is begun then":
    {
      clauses: ["faults.commit"],
      needs: [limits],
      run: async (context) => {
        if (await needsNoRoom(context)) return;
        await underFileLimit(context, async (subject, book) => {
          for (let i = 0; i < 3; i++) await book.enter(SMALL);
          const fails: readonly (() => Promise<Outcome<void>>)[] = [
            () => subject.try("enter", 11, LARGE),
            async () => {
              await subject.do("begin");
              await subject.do("write", 12, LARGE);
              return await subject.try("commit");
            },
            () => subject.try("enterInPart", LARGE),
          ];
          for (const fail of fails) {
            await subject.do("pin", context.path);
            const { thrown } = await fail();
            context.equal(thrown?.refusal, "STORAGE_IO", "a commit for which there is no room");
            const { ledger, keys } = await subject.do("readPinned");
            context.equal(ledger.numbers, book.there, "a transaction that was begun before");
            context.equal(keys.length, 11, "the keys of an iteration that was begun before");
            for (const { numbers } of await subject.do("readInTransactions")) {
              context.equal(numbers, book.there, "what is begun afterwards");
            }
          }
          await subject.do("close");
        });
      },
    },

  "08 commits are taken again when there is room again": {
    clauses: ["faults.kept", "faults.room"],
    needs: [smallDisk],
    run: (context) =>
      onFullDisk(context, "process-crash", async ({ book, makeRoom }) => {
        await makeRoom();
        // An engine may take none before it is opened again. What it takes it must keep.
        for (const size of [SMALL, MIDDLE, SMALL]) await book.enter(size);
        await book.check("when there is room again");
      }),
  },
});
