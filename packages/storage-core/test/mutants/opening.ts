/** Drivers that open what they should not, make what they should not, and leave things behind. */
import { lstatSync, mkdirSync, openSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { OpenOptions } from "@caterpillar/storage-core";
import {
  type Driver,
  DuplicateStorageError,
  defineStorage,
  StorageLockedError,
  StorageNotFoundError,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { fileDriver, fileSteps, HEADER, inFile } from "./file-driver.ts";
import type { Mutant } from "./mutant.ts";
import { inOpen, type Open } from "./openers.ts";

const { open, driver } = MemoryStorage;

const isThere = (path: string | URL): Promise<boolean> =>
  open(path).then(
    async (storage) => {
      await storage.close();
      return true;
    },
    () => false,
  );

/** Opens under another name than it was told. */
const renamed =
  (rename: (path: string) => string): Open =>
  (path, options) =>
    open(path instanceof URL ? path : rename(path), options);

const sloppy = fileDriver("file, where the data are called expendable");

const files: readonly Mutant[] = [
  inFile("a copy that nobody knows of is made beside it", "OPEN-19", {
    save: (path, contents) => {
      fileSteps.save(path, contents);
      fileSteps.save(`${path}.copy`, contents);
    },
  }),
  {
    name: "the data are called expendable",
    killedBy: "OPEN-19",
    storage: defineStorage({
      ...sloppy,
      facts: { ...sloppy.facts, files: [{ name: "<path>", about: "all", expendable: true }] },
    }),
  },
];

const creating: readonly Mutant[] = [
  inOpen("what is missing is made, as SQLite does", "OPEN-01", (path, options = {}) =>
    open(path, options.readonly ? options : { ...options, create: options.create || "if-missing" }),
  ),
  inOpen(
    "what is missing is made and then said to be missing",
    "OPEN-02",
    async (path, options) => {
      try {
        return await open(path, options);
      } catch (error) {
        if (error instanceof StorageNotFoundError)
          await (await open(path, { create: true })).close();
        throw error;
      }
    },
  ),
  inFile("the file is made before it is known whether it may be", "OPEN-02", {
    load: (path, readonly) => {
      const missing = lstatSync(path, { throwIfNoEntry: false }) === undefined;
      if (missing) writeFileSync(path, "");
      if (missing) throw new StorageNotFoundError(`nothing is at ${path}`);
      return fileSteps.load(path, readonly);
    },
  }),
  inOpen("a new storage has a container already", "OPEN-03", async (path, options) => {
    const storage = await open(path, options);
    if (options?.create === true) await storage.addContainer("default");
    return storage;
  }),
  inFile("the file is not made before the first write", "OPEN-03", {
    create: () => {},
    load: (path, readonly) => {
      const missing = lstatSync(path, { throwIfNoEntry: false }) === undefined;
      return missing ? [] : fileSteps.load(path, readonly);
    },
  }),
  inFile("create truncates", "OPEN-04", {
    create: (path) => writeFileSync(path, `${HEADER}[]`),
  }),
  inOpen("create opens what exists", "OPEN-04", (path, options = {}) =>
    open(path, { ...options, create: options.create === true ? "if-missing" : false }),
  ),
  inOpen("create looks first, and makes it then", "OPEN-05", async (path, options = {}) => {
    if (options.create !== true) return await open(path, options);
    if (await isThere(path)) throw new DuplicateStorageError(`${path} exists`);
    return await open(path, { ...options, create: "if-missing" });
  }),
  inOpen("readonly creates", "OPEN-06", async (path, options) => {
    if (options?.readonly && !(await isThere(path))) await open(path, { create: true });
    return await open(path, options);
  }),
  inOpen("readonly wins over create", "OPEN-07", (path, { create, ...options } = {}) =>
    open(path, options.readonly || create === undefined ? options : { ...options, create }),
  ),
  inOpen("create wins over readonly", "OPEN-07", (path, { readonly, ...options } = {}) =>
    open(path, options.create || readonly === undefined ? options : { ...options, readonly }),
  ),
  {
    name: "missing folders are made",
    killedBy: "OPEN-08",
    storage: {
      driver: fileDriver("file, where missing folders are made"),
      open: (path, options) => {
        if (options?.create) mkdirSync(dirname(String(path)), { recursive: true });
        return defineStorage(fileDriver("file, where missing folders are made")).open(
          path,
          options,
        );
      },
    },
  },
  inOpen("names are taken for paths, whose folders are made", "OPEN-08", (path, options) => {
    if (options?.create) mkdirSync(dirname(String(path)), { recursive: true });
    return open(path, options);
  }),
  inOpen("if-missing begins anew", "OPEN-15", (path, options) => {
    if (options?.create === "if-missing") MemoryStorage.remove(String(path));
    return open(path, options);
  }),
  inOpen("if-missing is taken for create", "OPEN-15", (path, options = {}) =>
    open(path, { ...options, create: Boolean(options.create) }),
  ),
  inOpen("options that do not exist are ignored", "OPEN-16", (path, options) => {
    const { create, readonly, durability, timeout } = Object(options) as OpenOptions;
    const known = { create, readonly, durability, timeout };
    const given = Object.entries(known).filter(([, value]) => value !== undefined);
    return open(path, Object.fromEntries(given));
  }),
  inOpen("a path is made of anything", "OPEN-16", (path, options) => open(String(path), options)),
  eachItsOwn(),
];

/** Whoever finds nothing makes a storage, in the place of what somebody else has made meanwhile. */
function eachItsOwn(): Mutant {
  let last: Promise<unknown> = Promise.resolve();
  return inOpen(
    "of several who find nothing, each makes its own",
    "OPEN-18",
    async (path, options) => {
      if (options?.create !== "if-missing" || (await isThere(path)))
        return await open(path, options);
      const made = last.then(() => {
        MemoryStorage.remove(String(path));
        return open(path, { create: true });
      });
      last = made;
      return await made;
    },
  );
}

const foreign: readonly Mutant[] = [
  inFile("an empty file is an empty storage", "OPEN-09", {
    load: (path, readonly) => {
      const empty = lstatSync(path, { throwIfNoEntry: false })?.size === 0;
      return empty ? [] : fileSteps.load(path, readonly);
    },
  }),
  inFile("what cannot be read is begun anew", "OPEN-09", {
    load: (path, readonly) => {
      try {
        return fileSteps.load(path, readonly);
      } catch (error) {
        if (error instanceof StorageNotFoundError) throw error;
        return [];
      }
    },
  }),
  inFile("a damaged file is repaired to nothing", "OPEN-09", {
    load: (path, readonly) => {
      const text = lstatSync(path, { throwIfNoEntry: false })?.isFile()
        ? readFileSync(path, "utf8")
        : "";
      if (text.startsWith(HEADER) && !text.endsWith("]")) fileSteps.save(path, []);
      return fileSteps.load(path, readonly);
    },
  }),
  inFile("any database is adopted", "OPEN-10", {
    load: (path, readonly) => {
      const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile();
      const adopted = isFile && readFileSync(path, "latin1").startsWith("SQLite format 3");
      return adopted ? [] : fileSteps.load(path, readonly);
    },
  }),
  inFile("a journal that is found is undone, whoever's it is", "OPEN-10", {
    load: (path, readonly) => {
      const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile();
      const image = isFile ? readFileSync(path) : Buffer.alloc(0);
      // The header says that there is a write-ahead log.
      if (image[18] === 2 && image[19] === 2) {
        writeFileSync(path, image.fill(1, 18, 20));
      }
      return fileSteps.load(path, readonly);
    },
  }),
  inFile("a failed open keeps the file open", "OPEN-13", {
    load: (path, readonly) => {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) openSync(path, "r");
      return fileSteps.load(path, readonly);
    },
  }),
  staleLock(),
  {
    name: "the data are said to outlive the process",
    killedBy: "OPEN-14",
    storage: { driver: lasting(), open },
  },
];

/** A lock that is taken before it is known whether there is anything to be locked. */
function staleLock(): Mutant {
  const locked = new Set<string>();
  const name = "a failed open keeps the lock";
  const storage = defineStorage({
    ...driver,
    name: `memory, where ${name}`,
    open: async (path, options) => {
      if (locked.has(path) && options.create) throw new StorageLockedError(`${path} is locked`);
      locked.add(path);
      const engine = await driver.open(path, options);
      locked.delete(path);
      return engine;
    },
  });
  return { name, killedBy: "OPEN-13", storage };
}

/** The memory driver, with facts that are not true of it. */
export function lasting(): typeof driver {
  return { ...driver, facts: { ...driver.facts, durability: ["process-crash"] } };
}

const paths: readonly Mutant[] = [
  inOpen(
    "paths are trimmed",
    "OPEN-11",
    renamed((path) => path.trim()),
  ),
  inOpen(
    "paths are taken for URLs",
    "OPEN-11",
    renamed((path) => decodeURIComponent(path.replace("100%", ""))),
  ),
  inFileNamed("what follows a question mark is cut off", (path) => path.split("?")[0] as string),
  inFileNamed("paths are encoded", encodeURI),
  inFileNamed("long names are cut", (path) => path.slice(0, 150)),
  {
    name: "two names of a path are two storages",
    killedBy: "OPEN-12",
    storage: {
      driver: fileDriver("file, where two names of a path are two storages"),
      open: (path, options) => defineStorage(fileDriver(`file at ${path}`)).open(path, options),
    },
  },
  inOpen("names are resolved as if they were paths", "OPEN-12", renamed(resolve)),
  inOpen(
    "a symbolic link is followed for a name",
    "OPEN-17",
    renamed((path) => {
      const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
      return isLink ? readlinkSync(path) : path;
    }),
  ),
];

/** A file driver that gives its files other names than it was told. */
function inFileNamed(name: string, rename: (path: string) => string): Mutant {
  const file = fileDriver(`file, where ${name}`);
  const renaming: Driver = { ...file, open: (path, options) => file.open(rename(path), options) };
  return { name, killedBy: "OPEN-11", storage: defineStorage(renaming) };
}

export const openingMutants: readonly Mutant[] = [...files, ...creating, ...foreign, ...paths];
