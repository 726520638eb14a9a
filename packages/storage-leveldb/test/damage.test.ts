/** What LevelDB makes of files that are missing or damaged, as after a bad copy, a bad disk or somebody who tidied up. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytes, type Storage, type StorageError } from "@caterpillar/storage-core";
import { LevelStorage } from "@caterpillar/storage-leveldb";
import { ClassicLevel } from "classic-level";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseOf, filesOf, testFolder } from "./fixtures/folder.ts";
import { countOpened } from "./fixtures/level-calls.ts";
import { all, entries, noise } from "./fixtures/storages.ts";

/** How many items each container has. */
const ITEMS: Readonly<Record<string, number>> = { a: 500, m: 6000, z: 500 };
const template = mkdtempSync(join(tmpdir(), "leveldb-"));

/** Makes the containers anew until they come in their order in the database, where each has a random prefix. */
async function addContainers(path: string): Promise<void> {
  const names = Object.keys(ITEMS);
  for (;;) {
    const storage = await LevelStorage.open(path);
    await storage.clear();
    for (const name of names) await storage.addContainer(name);
    await storage.close();
    const db = new ClassicLevel(path);
    const prefixes = await db.getMany(names.map((name) => `c${name}`));
    await db.close();
    if (prefixes.every((prefix, i) => i === 0 || (prefixes[i - 1] ?? "") < (prefix ?? ""))) return;
  }
}

/** Three containers, one after another in tables of two megabytes, so that one in the middle holds nothing but items of the second. */
beforeAll(async () => {
  const path = join(template, "db");
  await (await LevelStorage.open(path, { create: true })).close();
  await addContainers(path);
  const storage = await LevelStorage.open(path, { durability: "process-crash" });
  for (const [container, items] of Object.entries(ITEMS)) {
    await storage.setContainerItems(
      container,
      entries(items, (i) => noise(container + i, 1000)),
    );
  }
  await storage.close();
  const db = new ClassicLevel(path);
  await db.compactRange("", "~");
  await db.close();
});

afterAll(() => rmSync(template, { recursive: true }));

function copied(): string {
  const path = join(testFolder(), "db");
  cpSync(join(template, "db"), path, { recursive: true });
  return path;
}

function tablesOf(path: string): string[] {
  const names = readdirSync(path).filter((name) => name.endsWith(".ldb"));
  return names.sort().map((name) => join(path, name));
}

/** The table in the middle, which has items of the second container only. */
function middleTableOf(path: string): string {
  const tables = tablesOf(path);
  return tables[Math.floor(tables.length / 2)] as string;
}

function manifestOf(path: string): string {
  return join(path, readFileSync(join(path, "CURRENT"), "utf8").trim());
}

/** Puts a byte that was not there in the place of each of these. */
function flip(file: string, from: number, count: number): void {
  const content = readFileSync(file);
  for (let i = from; i < from + count; i++) content[i] = (content[i] as number) ^ 0xff;
  writeFileSync(file, content);
}

/** Everything that was ever put in. */
async function expectComplete(path: string): Promise<void> {
  await using storage = await LevelStorage.open(path);
  for (const container of Object.keys(ITEMS)) await expectAll(storage, container);
}

async function expectAll(storage: Storage, container: string): Promise<void> {
  let i = 0;
  for await (const value of storage.container(container, { encoding: bytes }).values()) {
    expect(Buffer.compare(value, noise(container + i, 1000))).toBe(0);
    i++;
  }
  expect(i).toBe(ITEMS[container]);
}

/** Refused by every way of opening, and nothing of the database is touched: LevelDB's LOCK and LOG are not the database. */
async function expectRefused(path: string, code: string): Promise<void> {
  const before = databaseOf(path);
  for (const options of [{}, { readonly: true }, { create: "if-missing" }] as const) {
    await expect(LevelStorage.open(path, options)).rejects.toMatchObject({ code });
  }
  expect(databaseOf(path)).toEqual(before);
}

/**
 * The file CURRENT says which files are the database. Where it is missing, LevelDB takes the folder for an empty one, makes a new database
 * in it, and deletes the tables of the old.
 */
describe("a database whose CURRENT does not lead to it is refused, to the last byte as it was, and whole when that is repaired: it", () => {
  const DAMAGE: Readonly<Record<string, (file: string) => void>> = {
    "is missing": (file) => rmSync(file),
    "is empty": (file) => truncateSync(file, 0),
    "is cut off": (file) => truncateSync(file, "MANIFEST-0".length),
    "has lost the end of its line": (file) => truncateSync(file, statSync(file).size - 1),
    "is garbage": (file) => writeFileSync(file, noise("garbage", 16)),
    "names something else": (file) => writeFileSync(file, "000005.ldb\n"),
    "has another line": (file) => writeFileSync(file, `${readFileSync(file)}MANIFEST-000001\n`),
  };
  for (const [what, damage] of Object.entries(DAMAGE)) {
    it(what, async () => {
      const path = copied();
      const file = join(path, "CURRENT");
      const content = readFileSync(file);
      damage(file);
      const before = filesOf(path);
      await expectRefused(path, "STORAGE_CORRUPT");
      expect(filesOf(path)).toEqual(before);
      writeFileSync(file, content);
      await expectComplete(path);
    });
  }
});

/** LevelDB looks for these when it opens a database. A program must be able to tell that from a lock or a full disk. */
describe("a database is refused, no file of it changed, and whole when the file is put back:", () => {
  const DAMAGE: Readonly<
    Record<string, { file: (path: string) => string; damage: (file: string) => void; code: string }>
  > = {
    "its manifest is missing": { file: manifestOf, damage: rmSync, code: "STORAGE_IO" },
    "its manifest is empty": {
      file: manifestOf,
      damage: (file) => truncateSync(file, 0),
      code: "STORAGE_CORRUPT",
    },
    "its manifest is garbage": {
      file: manifestOf,
      damage: (file) => writeFileSync(file, noise("garbage", statSync(file).size)),
      code: "STORAGE_CORRUPT",
    },
    "a table is missing": { file: middleTableOf, damage: rmSync, code: "STORAGE_CORRUPT" },
  };
  for (const [what, { file, damage, code }] of Object.entries(DAMAGE)) {
    it(what, async () => {
      const path = copied();
      const damaged = file(path);
      const content = readFileSync(damaged);
      damage(damaged);
      await expectRefused(path, code);
      writeFileSync(damaged, content);
      await expectComplete(path);
    });
  }
});

/**
 * LevelDB opens tables when it needs them. What is in a damaged one is lost, and nothing else is. An iterator goes on behind what it could
 * not read, and classic-level tells that there was something only where the iterator ends: pages that end before said nothing, so that
 * iterations and counts left items out without an error.
 */
describe("where a table is damaged, reads of it fail with a code and leave nothing open, and all others go on:", () => {
  const DAMAGE: Readonly<Record<string, { damage: (file: string) => void; code: string }>> = {
    "its end is cut off": {
      damage: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
      code: "STORAGE_IO",
    },
    "it is empty": { damage: (file) => truncateSync(file, 0), code: "STORAGE_IO" },
    "its bytes are flipped in the middle": {
      damage: (file) => flip(file, Math.floor(statSync(file).size / 2), 1 << 16),
      code: "STORAGE_CORRUPT",
    },
    "its index is flipped": {
      damage: (file) => flip(file, statSync(file).size - 2000, 1900),
      code: "STORAGE_CORRUPT",
    },
  };
  for (const [what, { damage, code }] of Object.entries(DAMAGE)) {
    it(what, async () => {
      const path = copied();
      damage(middleTableOf(path));
      await using storage = await LevelStorage.open(path);
      const opened = countOpened("snapshot", "iterator");
      await expectAll(storage, "a");
      await expectAll(storage, "z");
      const damaged = storage.container("m", { encoding: bytes });
      await expect(all(damaged.entries())).rejects.toMatchObject({ code });
      await expect(all(damaged.values({ reverse: true }))).rejects.toMatchObject({ code });
      await expect(all(damaged.keys())).rejects.toMatchObject({ code });
      await expect(damaged.count()).rejects.toMatchObject({ code });
      const keys = entries(ITEMS["m"] as number, () => "").map(([key]) => key);
      await expect(damaged.getMany(keys)).rejects.toMatchObject({ code });
      const outcomes = await Promise.allSettled(keys.map((key) => damaged.get(key)));
      const codes = new Set<string>();
      outcomes.forEach((outcome, i) => {
        if (outcome.status === "rejected") codes.add((outcome.reason as StorageError).code);
        else expect(outcome.value).toEqual(noise(`m${i}`, 1000));
      });
      expect(codes).toEqual(new Set([code]));
      expect(outcomes[0]?.status).toBe("fulfilled");
      expect(outcomes.at(-1)?.status).toBe("fulfilled");
      // Single values are read without a snapshot.
      expect(opened.count).toBeGreaterThan(keys.length / 1000);
      expect(opened.open).toBe(0);
      await storage.setContainerItem("z", "still", "writable");
      expect(await storage.getContainerItem("z", "still")).toBe("writable");
    });
  }
});
