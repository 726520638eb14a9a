/** FAULT: storages that cannot be opened, for want of handles or of permission. */
import { chmodSync, existsSync, readdirSync } from "node:fs";
import type { OpenOptions } from "../../src/options.ts";
import { Book } from "../book.ts";
import { type Check, group } from "../check.ts";
import { type Context, isCode } from "../context.ts";
import { filesIn, holdsData, storedFilesOf } from "../files.ts";
import { handlesUpTo, limits } from "../limits.ts";
import { type Outcome, type Subject, withSubject } from "../subject.ts";
import { allowAll, permissions, withoutWriting } from "../unprivileged.ts";

/** All handles of a process, and with how many an engine must be content that opens a storage. */
const HANDLES = 200;
const ENOUGH = 60;
const SIZE = 2000;

/** Makes a storage with a ledger of some entries, and closes it. */
async function makeLedger(context: Context, subject: Subject): Promise<Book> {
  await subject.do("open", context.path, { create: true });
  await subject.do("beginLedger");
  const book = new Book(context, subject);
  for (let i = 0; i < 3; i++) await book.enter(SIZE);
  await subject.do("close");
  return book;
}

/** Fails unless it failed as it must where the system refuses something. */
function refused(context: Context, outcome: Outcome<unknown>, path: string, what: string): void {
  const { thrown } = outcome;
  context.equal(thrown?.refusal ?? "resolved", "STORAGE_IO", `${what}: ${thrown?.message}`);
  context.ok(thrown?.message.includes(path) === true, `${what} names the path: ${thrown?.message}`);
}

export const starvedChecks: readonly Check[] = group("FAULT", {
  "03 without handles opening fails, and leaves none open; what is open goes on when there are handles again":
    {
      clauses: ["faults.open", "faults.kept", "open.release"],
      needs: [limits],
      run: (context) => {
        const steps = async (subject: Subject): Promise<void> => {
          // What a driver loads when it is first used is missing, too.
          await subject.do("hoard", 0);
          const early = await subject.try("open", context.place("early"), { create: true });
          if (early.thrown !== undefined) {
            const { refusal, message, cause } = early.thrown;
            context.ok(isCode(refusal), `the first time of all: ${refusal}: ${message}, ${cause}`);
          }
          await subject.do("letGo");
          const book = await makeLedger(context, subject);
          const free = await subject.do("hoard", 0);
          let failures = 0;
          let left = 0;
          for (let opened = 0; opened < 3 && left < ENOUGH; left++) {
            await subject.do("hoard", left);
            const outcome = await subject.try("open", context.path);
            if (outcome.thrown === undefined) {
              opened++;
              await subject.do("close");
            } else {
              failures++;
              refused(context, outcome, context.path, `opening it with ${left} handles left`);
            }
            context.equal(await subject.do("hoard", 0), free, "the handles that can be had");
          }
          context.ok(left < ENOUGH, `it is open with ${left} handles`);
          context.figure(`${failures} times it could not be opened, for want of handles`);
          await subject.do("letGo");

          await subject.do("open", context.path);
          await subject.do("hoard", 0);
          for (let i = 0; i < 3; i++) await book.enter(SIZE);
          const { thrown } = await subject.try("readLedger");
          if (thrown !== undefined) context.equal(thrown.refusal, "STORAGE_IO", thrown.message);
          await subject.do("letGo");
          await book.check("when there are handles again");
          await subject.do("close");
          await subject.do("open", context.path);
          await book.checkOpened("when it was closed and opened");
          context.equal(await book.enter(SIZE), true, "whether it takes commits");
          await subject.do("close");
        };
        return withSubject(context, steps, handlesUpTo(HANDLES));
      },
    },

  "04 a file that may not be read is told, and all is there when it may": {
    clauses: ["faults.open"],
    needs: [permissions],
    run: (context) =>
      asNobodyOn(context, async (subject, book) => {
        let refusals = 0;
        for (const kind of context.facts.files.filter(holdsData)) {
          // Opening may have put others in their place.
          const file = storedFilesOf([kind], context.path).at(-1);
          if (file === undefined) continue;
          chmodSync(file, 0);
          context.equal(await subject.do("probe", file), "EACCES", `what reading ${file} comes to`);
          for (const options of [{}, { readonly: true }]) {
            const what = `${file} may not be read; opened with ${JSON.stringify(options)}`;
            const found = await subject.do("inspect", context.path, book.newest, options);
            const codes = Object.keys(found.refusals);
            if (codes.length > 0) {
              refusals++;
              context.equal(codes, ["STORAGE_IO"], `what reading fails with: ${what}`);
              const [message = ""] = Object.values(found.refusals);
              context.ok(message.includes(context.path), `the message names the path: ${message}`);
            } else {
              context.equal(found.ledger?.numbers, book.there, `what is there: ${what}`);
            }
          }
          context.ok(existsSync(file), `${file} is still there, though it may not be read`);
          chmodSync(file, 0o666);
          await subject.do("open", context.path);
          await book.check(`when ${file} may be read again`);
          await subject.do("close");
        }
        if (context.facts.files.length === 0) {
          context.leaveOut("a file without permission: facts.files is empty");
          context.equal(readdirSync(context.folder), [], "what is in the folder");
        } else {
          context.ok(refusals > 0, "a file that may not be read is missed");
        }
      }),
  },

  "05 where nothing may be written, nothing is created, and nothing is opened for writing": {
    clauses: ["faults.open"],
    needs: [permissions],
    run: (context) =>
      asNobodyOn(context, async (subject, book) => {
        const before = filesIn(context.folder);
        await withoutWriting(context.folder, async () => {
          const place = context.place("new");
          const write = async (path: string, options: OpenOptions): Promise<void> => {
            const outcome = await subject.try("open", path, options);
            refused(context, outcome, path, `opening ${path} with ${JSON.stringify(options)}`);
          };
          if (context.facts.files.length === 0) {
            context.leaveOut("what is stored in files: facts.files is empty");
            await subject.do("open", place, { create: true });
            await subject.do("beginLedger");
            await subject.do("close");
            return;
          }
          for (const create of [true, "if-missing"] as const) await write(place, { create });
          for (const create of [false, "if-missing"] as const)
            await write(context.path, { create });
        });
        context.equal(filesIn(context.folder), before, "the files afterwards");
        allowAll(context.folder);
        await subject.do("open", context.path);
        context.equal(await book.enter(SIZE), true, "a commit, with permission again");
        await book.check("with permission again");
        await subject.do("close");
      }),
  },
});

/** Runs the steps with a process that has no rights but those that everybody has, on a closed storage with a ledger. */
function asNobodyOn(
  context: Context,
  run: (subject: Subject, book: Book) => Promise<void>,
): Promise<void> {
  return withSubject(context, async (subject) => {
    const book = await makeLedger(context, subject);
    allowAll(context.folder);
    await subject.do("becomeNobody");
    await run(subject, book);
  });
}
