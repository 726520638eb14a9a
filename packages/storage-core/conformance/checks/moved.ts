/** FAULT: storages whose files go away under them. */
import { readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Check, group } from "../check.ts";
import { type Context, contentsOf, isCode } from "../context.ts";
import { readLedger } from "../ledger.ts";
import { type Subject, withSubject } from "../subject.ts";

const SIZE = 2000;
const OLD = " of old";

const REMOVED = "removed";
const MOVED = "moved away";
const REPLACED = "replaced by another";

/** What happens to a storage. Where there is another one in its place then, its container is `replacement`. */
const DISASTERS: Readonly<Record<string, (context: Context, path: string) => Promise<void>>> = {
  [REMOVED]: async (_, path) => {
    for (const file of filesOf(path)) rmSync(file, { recursive: true });
  },
  [MOVED]: async (_, path) => moveAway(path),
  [REPLACED]: async (context, path) => {
    moveAway(path);
    const storage = await context.create({ replacement: { a: "1" } }, path);
    await storage.close();
  },
};

/** Everything that is called as the storage is, or begins so. */
function filesOf(path: string): string[] {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return names.filter((name) => !name.endsWith(OLD)).map((name) => join(dirname(path), name));
}

function moveAway(path: string): void {
  for (const file of filesOf(path)) renameSync(file, file + OLD);
}

/** Takes away what is there, and puts back what was. */
function moveBack(path: string): void {
  for (const file of filesOf(path)) rmSync(file, { recursive: true });
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  for (const name of names) {
    renameSync(join(dirname(path), name), join(dirname(path), name.slice(0, -OLD.length)));
  }
}

/** What a process does that has the storage open meanwhile: everything it commits is refused, and what it reads is its own. */
async function goOn(context: Context, subject: Subject, what: string): Promise<void> {
  const commits = {
    "a transaction that was begun before": () => subject.try("commit"),
    "a transaction that is begun then": () => subject.try("enter", 3, SIZE),
    "a call by itself": () => subject.try("enterInPart", SIZE),
  };
  for (const [how, commit] of Object.entries(commits)) {
    const { thrown } = await commit();
    const refusal = thrown?.refusal ?? "acknowledged";
    const told = `${refusal}: ${how}, when the storage was ${what}: ${thrown?.message}`;
    context.ok(isCode(refusal), told);
  }
  const read = await subject.try("readLedger");
  if (read.thrown === undefined) {
    context.equal(read.value.numbers, [1], `what is read of a storage that was ${what}`);
  } else {
    const { refusal, message } = read.thrown;
    context.ok(isCode(refusal), `reading a storage that was ${what}: ${message}`);
  }
}

/** Lets one disaster befall a storage that a process has open, and has the process go on. */
async function meet(context: Context, subject: Subject, what: string): Promise<void> {
  const path = context.place(what);
  await subject.do("open", path, { create: true });
  await subject.do("beginLedger");
  await subject.do("enter", 1, SIZE);
  await subject.do("begin");
  await subject.do("write", 2, SIZE);
  await DISASTERS[what]?.(context, path);
  const another = what === REPLACED ? await context.open({}, path) : undefined;
  await goOn(context, subject, what);
  await another?.setContainerItem("replacement", "b", "2");
  await subject.try("close");
  await another?.close();
}

/** Names are no places: nothing that happens to files concerns such a storage. */
async function concernsNobody(context: Context): Promise<void> {
  context.leaveOut("what becomes of files: facts.location is name");
  await withSubject(context, async (subject) => {
    await subject.do("open", context.path, { create: true });
    await subject.do("beginLedger");
    rmSync(context.folder, { recursive: true });
    await subject.do("enter", 1, SIZE);
    const { numbers } = await subject.do("readLedger");
    context.equal(numbers, [1], "what is there when the folder of that name is not");
  });
}

async function meetAll(context: Context, then: () => Promise<void>): Promise<void> {
  if (context.facts.location === "name") {
    await concernsNobody(context);
    return;
  }
  await withSubject(context, async (subject) => {
    for (const what of Object.keys(DISASTERS)) await meet(context, subject, what);
  });
  await then();
}

export const movedChecks: readonly Check[] = group("FAULT", {
  "09 a storage that was moved, removed or replaced under those who have it open acknowledges nothing":
    {
      clauses: ["faults.moved"],
      run: (context) => meetAll(context, async () => {}),
    },

  "10 what was moved away is whole when it is back, and what came to its place was left alone": {
    level: "should",
    clauses: ["faults.place"],
    run: (context) =>
      meetAll(context, async () => {
        for (const what of [REMOVED, MOVED]) {
          context.equal(filesOf(context.place(what)), [], `what is there of what was ${what}`);
        }
        const another = await context.open({}, context.place(REPLACED));
        const contents = { replacement: { a: "1", b: "2" } };
        context.equal(await contentsOf(another), contents, "what is in the other one");
        await another.close();
        for (const what of [MOVED, REPLACED]) {
          const path = context.place(what);
          moveBack(path);
          const storage = await context.open({}, path);
          const { numbers } = await readLedger(storage);
          context.equal(numbers, [1], `what is in the one that was ${what}, when it is back`);
        }
      }),
  },
});
