import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { KVStore } from "@caterpillar/storage-interfaces";
import { SqliteStorage } from "@caterpillar/storage-sqlite";
import { describe, expect, it } from "vitest";
import { HELP } from "../src/arguments.ts";
import { CRASH_MARKER, WORDS_EACH } from "../src/crash-marker.ts";
import { madeUp } from "../src/made-up.ts";
import { SearchIndex } from "../src/search-index.ts";
import { Folder } from "./folder.ts";
import { runProgram } from "./program.ts";

describe("the program", () => {
  it("helps", async () => {
    expect(await runProgram(["--help"])).toEqual({ code: 0, stdout: HELP, stderr: "" });
  });

  it("refuses a wrong driver, with exit code 2", async () => {
    expect(await runProgram(["--driver", "oracle"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'error: there is no driver "oracle"; there are sqlite, lmdb, leveldb, memory\nWith --help it says more.\n',
    });
  });

  it("does the whole job, and updates the index in the next run", async () => {
    const folder = new Folder();
    for (let i = 0; i < 10; i++) folder.write(`texts/${i}.md`, `# Text ${i}\n\nthe word${i} leaf`);
    const path = folder.at("made/for/it/index.db");
    const args = ["--path", path, "--root", folder.at("texts"), "leaf", "word3", "word*"];

    const first = await runProgram(args);
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toMatch(/found +no index yet/);
    expect(first.stdout).toMatch(/documents +10 new · 0 changed · 0 removed · 0 unchanged/);
    expect(first.stdout).toMatch(/leaf +10 documents · /);
    expect(first.stdout).toMatch(/word3 +1 document · .*\n +\d+\.\d\d {2}Text 3\n +3\.md\n/);
    expect(first.stdout).toMatch(/✓ the reader, which began before +0 documents/);
    expect(first.stdout).toMatch(/✓ anybody who begins now +3 documents/);
    expect(first.stdout).toMatch(/✓ A child process was killed \(SIGKILL\) \d+ ms after it/);
    expectWholeAfterKill(first.stdout, { documents: 10, postings: 50 });
    expect(first.stdout).toMatch(/this run +indexed everything/);
    expect(first.stdout).not.toContain("✗");
    expectForPipe(first.stdout);

    folder.write("texts/3.md", "# Text 3\n\nnow other words, and longer");
    folder.write("texts/new.md", "leaf");
    folder.remove("texts/4.md");
    await leaveSomething(path, folder.at("texts"));
    const second = await runProgram(args);
    expect([second.code, second.stderr]).toEqual([0, ""]);
    expect(second.stdout).toMatch(/found +an index of 11 documents, last written \d{4}-/);
    expect(second.stdout).toMatch(/documents +1 new · 1 changed · 2 removed · 8 unchanged/);
    expect(second.stdout).toMatch(/leaf +9 documents · /);
    expect(second.stdout).toMatch(/word3 +0 documents · /);
    expect(second.stdout).toMatch(/this run +found the index, and updated 4 documents in it/);
    expectForPipe(second.stdout);

    await using storage = await SqliteStorage.open(path);
    const index = await SearchIndex.open(storage, { root: folder.at("texts") });
    expect(index.kept).toBe(true);
    expect(await index.check()).toMatchObject({ documents: 10, problems: [] });
    expect(await new KVStore(storage).count()).toBe(1);
  });

  it("does it in memory too, but for the step that needs a file", async () => {
    const folder = new Folder();
    folder.write("texts/a.md", "# A\n\nleaf");
    const args = ["--driver", "memory", "--root", folder.at("texts"), "--path", "name", "leaf"];
    const { code, stdout, stderr } = await runProgram(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/name +name\n/);
    expect(stdout).toMatch(/leaf +1 document · /);
    expect(stdout).toMatch(/Left out: it takes a second process/);
    expect(existsSync("name")).toBe(false);
    expectForPipe(stdout);
  });

  it("prints the same on every driver, but for times and what is on the disk", async () => {
    const folder = new Folder();
    for (let i = 0; i < 10; i++) folder.write(`texts/${i}.md`, `# Text ${i}\n\nthe word${i} leaf`);
    const printed = async (driver: string): Promise<string> => {
      const args = ["--driver", driver, "--path", folder.at(`of-${driver}`)];
      const ended = await runProgram([...args, "--root", folder.at("texts"), "leaf", "word*"]);
      expect([ended.code, ended.stderr], driver).toEqual([0, ""]);
      if (driver !== "memory") {
        expectWholeAfterKill(ended.stdout, { documents: 10, postings: 50 });
      }
      return withoutTimes(ended.stdout);
    };
    const onSqlite = await printed("sqlite");
    expect(onSqlite).toContain("Text 3");
    expect(await printed("lmdb")).toBe(onSqlite);
    expect(await printed("leveldb")).toBe(onSqlite);
    expect(withoutKill(await printed("memory"))).toBe(withoutKill(onSqlite));
  });

  it("tells in a line that a path is no storage, and leaves it as it is", async () => {
    const folder = new Folder();
    folder.write("a.md", "leaf");
    writeFileSync(folder.at("junk.db"), "this is no storage\n".repeat(100));
    const before = readFileSync(folder.at("junk.db"));
    for (const path of [folder.at("junk.db"), folder.path]) {
      const { code, stderr } = await runProgram(["--path", path, "--root", folder.path]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
      expect(stderr).toContain(path);
    }
    expect(readFileSync(folder.at("junk.db"))).toEqual(before);
  });

  it("tells in a line that a storage belongs to another program, and leaves it as it is", async () => {
    const folder = new Folder();
    await using storage = await SqliteStorage.open(folder.at("other.db"), { create: true });
    await storage.addContainer("theirs");
    const args = ["--path", folder.at("other.db"), "--root", folder.path, "--fresh"];
    const { code, stderr } = await runProgram(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: .* is a storage of another program, with the containers theirs;.*\n$/,
    );
    expect(await storage.listContainers()).toEqual(["theirs"]);
  });

  it("stops when it is asked to, and goes on in the next run", async () => {
    const folder = new Folder();
    for (let i = 0; i < 300; i++) folder.write(`texts/${i}.md`, `leaf number ${i} of many`);
    const args = ["--path", folder.at("index.db"), "--root", folder.at("texts"), "leaf"];
    const stopped = await runProgram(args, (child) => {
      child.stdout?.once("data", () => child.kill("SIGINT"));
    });
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      "stopped; the index is whole, and the next run goes on from here\n",
    ]);
    const next = await runProgram(args);
    expect(next.code).toBe(0);
    expect(next.stdout).toMatch(/leaf +300 documents · /);
  });

  it("ends quietly when nobody reads on", async () => {
    const folder = new Folder();
    folder.write("texts/a.md", "leaf");
    const args = ["--driver", "memory", "--root", folder.at("texts")];
    const { code, stderr } = await runProgram(args, (child) => child.stdout?.destroy());
    expect([code, stderr]).toEqual([0, ""]);
  });
});

/** What a run may leave that is killed in the middle of its demonstrations. */
async function leaveSomething(path: string, root: string): Promise<void> {
  await using storage = await SqliteStorage.open(path);
  const index = await SearchIndex.open(storage, { root });
  await index.apply({ put: [madeUp("left behind", ["leaf"])] });
  await storage.transaction((tx) => CRASH_MARKER.write(tx, 1));
}

/** No colours, no line that is drawn over another, and lines that fit. */
function expectForPipe(stdout: string): void {
  expect(stdout).toBe(stripVTControlCharacters(stdout));
  expect(stdout).not.toContain("\r");
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
}

/**
 * What is in the index after the kill: what was there before, and where the program says so, all that the child had written as well. A kill on LevelDB came
 * after the write, and before anybody was told of it: that is one of the two ends that a commit may have.
 */
function expectWholeAfterKill(
  output: string,
  before: { readonly documents: number; readonly postings: number },
): void {
  const whole = /✓ The index is whole: ([\d,]+) documents, ([\d,]+) postings,/.exec(output);
  const [documents, postings] = (whole?.slice(1) ?? []).map((n) => Number(n.replaceAll(",", "")));
  const isAll = /was killed[^:]*:\s+all\s+of\s+them\s+are/.test(output);
  const added = isAll ? Number(documents) - before.documents : 0;
  expect(added > 0).toBe(isAll);
  expect([documents, postings]).toEqual([
    before.documents + added,
    before.postings + WORDS_EACH * added,
  ]);
}

/** What the job has found, without what is another in each run: times, places, and where the kill has hit. */
function withoutTimes(output: string): string {
  return output
    .replace(/^ +(driver|index|name|on the disk|time) .*\n/gm, "")
    .replace(/\b[\d.,]+ (µs|ms|s)\b/g, "(time)")
    .replace(
      /A child process was killed[^:]*:\s+\w+ of\s+them\s+\w+\s+in\s+the\s+index\./,
      "killed",
    )
    .replace(/(The index is whole): [\d,]+ documents, [\d,]+ postings/, "$1")
    .replace(/[ \t]+/g, " ");
}

function withoutKill(output: string): string {
  return output.replace(/^4 Kill.*?(?=^Summary)/ms, "");
}
