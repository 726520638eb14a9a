/** OPEN: what is at a path and is not a storage of the driver. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Check, group } from "../check.ts";
import type { Context } from "../context.ts";
import { cutInHalf, filesIn } from "../files.ts";
import { diary } from "../foreign-database.ts";
import { heldIn } from "../usage.ts";

/** Makes something at the path. */
type Make = (path: string) => void | Promise<void>;

const NOISE = Uint8Array.from({ length: 8192 }, (_, i) => (i * 2654435761) >>> 13);

/** What no driver takes for its own. */
const JUNK: Readonly<Record<string, Make>> = {
  "an empty file": (path) => writeFileSync(path, ""),
  "a few bytes": (path) => writeFileSync(path, "hello"),
  "a text": (path) => writeFileSync(path, "Dear diary,\n".repeat(1000)),
  noise: (path) => writeFileSync(path, NOISE),
  zeros: (path) => writeFileSync(path, new Uint8Array(8192)),
  "an empty folder": (path) => {
    mkdirSync(path);
  },
  "a folder of somebody's": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "notes.txt"), "Dear diary");
  },
};

/** Files of other programs, with the format of an engine. */
const DATABASES: Readonly<Record<string, Make>> = {
  "a SQLite database": (path) => writeFileSync(path, diary()),
  "a SQLite database in WAL mode": (path) => writeFileSync(path, diary({ wal: true })),
  "a SQLite database with an application id": (path) =>
    writeFileSync(path, diary({ application: "GP10" })),
  "a header of SQLite with noise behind it": (path) =>
    writeFileSync(path, Buffer.concat([diary().subarray(0, 16), NOISE])),
};

/** A copy of a storage of this driver with the second half of each file cut off. */
async function half(context: Context, path: string): Promise<void> {
  const whole = context.place("whole");
  const items = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`${i}`, "x".repeat(999)]),
  );
  await (await context.create({ c: items }, whole)).close();
  cpSync(whole, path, { recursive: true });
  cutInHalf(path);
}

/** All ways to open what is at the path are refused with the code, and everything stays as it is. */
async function refuses(context: Context, path: string, code: string, what: string): Promise<void> {
  const before = filesIn(context.folder);
  for (const options of [{}, { readonly: true }, { create: "if-missing" }] as const) {
    const call = `${what}, opened with ${JSON.stringify(options)}`;
    const error = await context.rejects(() => context.open(options, path), code, call);
    context.ok(error.message.includes(path), `${call}: the message names the path: ${error}`);
  }
  const create = (): unknown => context.open({ create: true }, path);
  await context.rejects(create, "DUPLICATE_STORAGE", `create over ${what}`);
  context.equal(filesIn(context.folder), before, `the files after opening ${what}`);
}

/** To a driver of names, what is on the disk is nothing: the name is free, and the file is left alone. */
async function ignores(context: Context, path: string, what: string): Promise<void> {
  context.leaveOut("that it is refused: facts.location is name, and nothing on the disk is opened");
  const before = filesIn(context.folder);
  await context.rejects(() => context.open({}, path), "STORAGE_NOT_FOUND", what);
  const storage = await context.open({ create: true }, path);
  context.equal(await storage.listContainers(), [], `a storage whose name is the path of ${what}`);
  await storage.addContainer("c");
  context.equal(filesIn(context.folder), before, `the files beside ${what}`);
}

/** Makes all of them, and opens each: refused with `STORAGE_FORMAT`, but for those for which `expected` has another code. */
async function refusesOrIgnores(
  context: Context,
  things: Readonly<Record<string, Make>>,
  expected: Readonly<Record<string, string>> = {},
): Promise<void> {
  const all = Object.keys(things).map((what) => ({
    what,
    path: context.place(what),
    code: expected[what] ?? "STORAGE_FORMAT",
  }));
  for (const { what, path } of all) await things[what]?.(path);
  const { location, processes } = context.facts;
  if (location === "path" && processes !== "separate") {
    // In a process of its own first: engines have been seen to crash on such files.
    const paths = all.map(({ path }) => path);
    const { signal, told } = await context.spawn("read", paths).ended;
    const codes = all.map(({ code }) => code);
    context.equal({ signal, told }, { signal: null, told: codes }, "what another process finds");
  }
  for (const { what, path, code } of all) {
    if (location === "name") await ignores(context, path, what);
    else await refuses(context, path, code, what);
  }
}

export const foreignChecks: readonly Check[] = group("OPEN", {
  "09 what is not a storage is refused, untouched": {
    clauses: ["open.foreign", "open.create"],
    run: async (context) => {
      const cut = "the first half of a storage";
      const own = { [cut]: (path: string) => half(context, path) };
      const onDisk = context.facts.location === "path";
      const things = { ...JUNK, ...(onDisk ? own : {}) };
      await refusesOrIgnores(context, things, { [cut]: "STORAGE_CORRUPT" });
    },
  },

  "10 a database of another program is refused, untouched": {
    clauses: ["open.foreign"],
    run: async (context) => {
      const { anotherProgram } = context.target;
      const own = anotherProgram && { "another program's database of this engine": anotherProgram };
      await refusesOrIgnores(context, { ...DATABASES, ...own });
    },
  },

  "13 a failed open keeps no file open and no lock": {
    clauses: ["open.release"],
    run: async (context) => {
      const places: Record<string, string> = { "where nothing is": context.path };
      if (context.facts.location === "path") {
        for (const [what, make] of Object.entries({ ...JUNK, ...DATABASES })) {
          places[what] = context.place(what);
          await make(context.place(what));
        }
        places["half of a storage"] = context.place("half");
        await half(context, context.place("half"));
      } else {
        context.leaveOut("opening what is no storage: facts.location is name");
      }
      for (let round = 0; round < 25; round++) {
        for (const [what, path] of Object.entries(places)) {
          for (const options of [{}, { readonly: true }]) {
            const opened = await context.open(options, path).catch(() => undefined);
            context.equal(opened, undefined, `what an open ${what} answers`);
          }
        }
      }
      if (process.platform === "linux") {
        context.equal(heldIn(context.folder), [], "what is open after the failed opens");
      } else {
        context.cannotRun("which files are open: only Linux tells");
      }
      for (const [what, path] of Object.entries(places)) {
        if (existsSync(path)) renameSync(path, `${path} of old`);
        rmSync(`${path} of old`, { recursive: true, force: true });
        const storage = await context.open({ create: true }, path);
        await storage.addContainer("c");
        context.equal(await storage.listContainers(), ["c"], `created in the place of ${what}`);
        await storage.close();
      }
    },
  },

  "14 a storage of a newer format version is refused, untouched": {
    clauses: ["open.version"],
    run: async (context) => {
      const { newerFormat } = context.target;
      const storage = await context.create({ c: { a: "1" } });
      if (context.facts.durability.length === 0) {
        // No version of the driver ever meets what another has written: nothing is left when the process ends.
        context.leaveOut(
          "a newer version: facts.durability is empty, and no version meets another",
        );
        const { told } = await context.spawn("read").ended;
        context.equal(told, ["STORAGE_NOT_FOUND"], "what another process finds");
        return;
      }
      await storage.close();
      context.ok(
        newerFormat !== undefined,
        "the target's module exports newerFormat(path), which turns a storage into one of a newer format",
      );
      await newerFormat?.(context.path);
      await refuses(context, context.path, "STORAGE_VERSION", "a storage of a newer format");
    },
  },
});
