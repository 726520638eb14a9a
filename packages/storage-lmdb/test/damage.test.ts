/**
 * What is in the folder of a storage, and is not what the storage has left there. lmdb-js ends the
 * process with a segmentation fault where the data file is not whole, so a process of its own tries
 * first.
 */
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { open, type RootDatabaseOptionsWithPath } from "lmdb";
import { describe, expect, it } from "vitest";
import { filesOf, testFolder } from "./fixtures/folder.ts";
import { reportOf, startProcess } from "./fixtures/processes.ts";

const PAGE = 4096;
const ITEMS = Array.from(
  { length: 500 },
  (_, i) => [`key ${1000 + i}`, `${i}`.repeat(50)] as const,
);

async function newStorage(): Promise<string> {
  const path = join(testFolder(), "storage");
  await using storage = await LmdbStorage.open(path, { create: true });
  await storage.addContainer("c");
  await storage.setContainerItems("c", ITEMS);
  return path;
}

/** Changes bytes of the file. */
function edit(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
}

const CORRUPT = "STORAGE_CORRUPT";

/** Puts the data file of another program in the place of the storage's. */
async function anotherProgram(
  file: string,
  options: Partial<RootDatabaseOptionsWithPath>,
  key = "f",
): Promise<void> {
  const path = `${file}.other`;
  const db = open({ path, noSubdir: false, ...options });
  await db.put(key, "flags");
  await db.close();
  copyFileSync(join(path, "data.mdb"), file);
  rmSync(path, { recursive: true });
}

interface Damage {
  readonly make: (file: string) => void | Promise<void>;
  readonly code: string;
}

const LENGTHS = [0, 1, 100, PAGE - 1, PAGE, 2 * PAGE - 1, 2 * PAGE, 2 * PAGE + 1, 5 * PAGE];

const DAMAGES: Readonly<Record<string, Damage>> = {
  "is missing": { make: (file) => rmSync(file), code: CORRUPT },
  "is a folder": {
    make: (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    code: CORRUPT,
  },
  "is a text": {
    make: (file) => writeFileSync(file, "Dear diary,\n".repeat(5000)),
    code: CORRUPT,
  },
  "is all zeros": {
    make: (file) => writeFileSync(file, Buffer.alloc(16 * PAGE)),
    code: CORRUPT,
  },
  "is noise": {
    make: (file) =>
      edit(file, (bytes) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2654435761) >>> 13;
      }),
    code: CORRUPT,
  },
  "is a SQLite database": {
    make: (file) => writeFileSync(file, Buffer.from("SQLite format 3\0".padEnd(8 * PAGE, "\x10"))),
    code: CORRUPT,
  },
  "has lost its first page": {
    make: (file) => edit(file, (bytes) => bytes.fill(0, 0, PAGE)),
    code: CORRUPT,
  },
  "has lost its second page": {
    make: (file) => edit(file, (bytes) => bytes.fill(0, PAGE, 2 * PAGE)),
    code: CORRUPT,
  },
  "has lost the last page": {
    make: (file) => truncateSync(file, readFileSync(file).length - PAGE),
    code: CORRUPT,
  },
  "has lost the last byte": {
    make: (file) => truncateSync(file, readFileSync(file).length - 1),
    code: CORRUPT,
  },
  "has lost its second half": {
    make: (file) => truncateSync(file, readFileSync(file).length / 2),
    code: CORRUPT,
  },
  ...Object.fromEntries(
    LENGTHS.map((length): [string, Damage] => [
      `was cut off after ${length} bytes`,
      { make: (file) => truncateSync(file, length), code: CORRUPT },
    ]),
  ),
  // Each version of LMDB refuses the files of the others: 0.9, which most programs use, has 1.
  "is of another version of LMDB": {
    make: (file) =>
      edit(file, (bytes) => {
        for (const page of [0, PAGE]) bytes.writeUInt32LE(1, page + 28);
      }),
    code: CORRUPT,
  },
  "has lost the page that everything is found by": {
    make: (file) =>
      edit(file, (bytes) => {
        for (const page of [0, PAGE]) {
          const root = Number(bytes.readBigUInt64LE(page + 136));
          bytes.fill(0, root * PAGE, (root + 1) * PAGE);
        }
      }),
    code: CORRUPT,
  },
  "is another program's": { make: (file) => anotherProgram(file, {}), code: "STORAGE_FORMAT" },
  "is another program's, empty": {
    make: async (file) => {
      await anotherProgram(file, {}, "other");
    },
    code: "STORAGE_FORMAT",
  },
  "is another program's, with pages of another size": {
    make: (file) => anotherProgram(file, { pageSize: 4 * PAGE }),
    code: "STORAGE_FORMAT",
  },
  "is another program's, with several values for a key": {
    make: (file) => anotherProgram(file, { dupSort: true, encoding: "ordered-binary" }),
    code: "STORAGE_FORMAT",
  },
  "is another program's, with many databases in it": {
    make: async (file) => {
      const path = `${file}.other`;
      const db = open({ path, noSubdir: false });
      for (const name of ["f", "v", "n", "c"]) await db.openDB({ name }).put("f", "flags");
      await db.close();
      copyFileSync(join(path, "data.mdb"), file);
      rmSync(path, { recursive: true });
    },
    code: "STORAGE_FORMAT",
  },
};

describe("refused with an error, and not a byte of it changes: a storage whose data file", () => {
  for (const [what, { make, code }] of Object.entries(DAMAGES)) {
    it(what, async () => {
      const path = await newStorage();
      await make(join(path, "data.mdb"));
      const before = filesOf(path);
      expect(await reportOf(startProcess("open-and-read.ts", [path]))).toEqual([code, code, code]);
      await expect(LmdbStorage.open(path, { create: true })).rejects.toMatchObject({
        code: "DUPLICATE_STORAGE",
      });
      expect(filesOf(path)).toEqual(before);
    });
  }
});

/**
 * LMDB keeps no checksums: what was changed within a page comes back as it is. That a page is none
 * at all is found out.
 */
it("a page in the middle that is gone is told as damage to who reads a key of it, and to nobody else", async () => {
  const path = await newStorage();
  edit(join(path, "data.mdb"), (bytes) => {
    for (let page = 0; page < bytes.length; page += PAGE) {
      if (bytes.subarray(page, page + PAGE).includes("key 1250")) bytes.fill(0, page, page + PAGE);
    }
  });
  await using storage = await LmdbStorage.open(path);
  const damaged = { code: CORRUPT };
  await expect(storage.getContainerItem("c", "key 1250")).rejects.toMatchObject(damaged);
  expect(await storage.getContainerItem("c", "key 1000")).toBe(ITEMS[0]?.[1]);
  expect(await storage.getContainerItem("c", "key 1499")).toBe(ITEMS[499]?.[1]);
});

/**
 * LMDB's own, and no data: a copy of a storage may come without it, or with one that was taken in
 * the middle of something.
 */
describe("opens all the same: a storage whose lock file", () => {
  const kinds: Record<string, (file: string) => void> = {
    "is missing": (file) => rmSync(file, { force: true }),
    "is empty": (file) => writeFileSync(file, ""),
    "is noise": (file) => writeFileSync(file, Buffer.alloc(3 * PAGE, "noise")),
    "is short": (file) => writeFileSync(file, "noise"),
  };
  for (const [what, make] of Object.entries(kinds)) {
    it(what, async () => {
      const path = await newStorage();
      make(join(path, "lock.mdb"));
      const items = [...ITEMS];
      expect(await reportOf(startProcess("open-and-read.ts", [path]))).toEqual([
        items,
        items,
        items,
      ]);
      await using storage = await LmdbStorage.open(path);
      await storage.setContainerItem("c", "key", "new");
      expect(await storage.getContainerLen("c")).toBe(ITEMS.length + 1);
    });
  }
});

/** A file that is longer than its database is what a commit leaves that was not finished. */
it("pages behind the last one are no damage", async () => {
  const path = await newStorage();
  appendFileSync(join(path, "data.mdb"), Buffer.alloc(5 * PAGE + 17, "unfinished"));
  const items = [...ITEMS];
  expect(await reportOf(startProcess("open-and-read.ts", [path]))).toEqual([items, items, items]);
});
