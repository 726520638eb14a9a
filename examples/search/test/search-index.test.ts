import { KVStore } from "@caterpillar/storage-interfaces";
import { describe, expect, it } from "vitest";
import { DRIVERS } from "../src/drivers.ts";
import { containersOf, termKey } from "../src/layout.ts";
import { ForeignStorageError, SearchIndex } from "../src/search-index.ts";
import { bruteForce, type Texts } from "./brute-force.ts";
import { Folder } from "./folder.ts";
import { dump, openIndex, openStorage, update } from "./opened.ts";

/** More than a block of postings, and than a transaction takes. */
const MANY = 300;

describe.each([...DRIVERS.keys()])("the index on %s", (driver) => {
  it("finds documents with all words, the best first, with title and path", async () => {
    const folder = new Folder();
    folder.write("one.md", "# The first\n\nA caterpillar, a leaf and a caterpillar.");
    folder.write("deep/er/two.MD", "No heading. One CATERPILLAR on a leaf.");
    folder.write("three.md", "# Third\n\nLeaves only; and no caterpillars.");
    folder.write("four.txt", "A caterpillar that is not Markdown, on a leaf.");
    const index = await openIndex(driver, folder);
    await update(index, folder);

    const answer = await index.search("Leaf caterpillar");
    expect(answer.found).toBe(2);
    expect(answer.hits.map(({ path, title }) => [path, title])).toEqual([
      ["one.md", "The first"],
      ["deep/er/two.MD", "two.MD"],
    ]);
    expect((await index.search("caterpillar*")).found).toBe(3);
    expect((await index.search("leaf caterpillar butterfly")).found).toBe(0);
    expect((await index.search("leaf", 1)).hits).toHaveLength(1);
    expect(await index.search("!")).toEqual({ found: 0, hits: [] });
  });

  it("agrees with a search without an index, whatever is added, changed and removed", async () => {
    const folder = new Folder();
    const random = sequence(7);
    const texts = new Map<string, string>();
    const write = (path: string): void => {
      const text = Array.from({ length: 1 + random(12) }, () => word(random(40))).join(" ");
      texts.set(path, text);
      folder.write(path, text);
    };
    for (let i = 0; i < MANY; i++) write(`${i % 7}/${i}.md`);
    const index = await openIndex(driver, folder);
    expect(await update(index, folder)).toMatchObject({ added: MANY, transactions: 3 });
    await expectAgreement(index, texts);

    for (let round = 0; round < 4; round++) {
      const paths = [...texts.keys()];
      const gone = new Set(Array.from({ length: 20 }, () => paths[random(paths.length)] ?? ""));
      for (const path of gone) {
        texts.delete(path);
        folder.remove(path);
      }
      const left = [...texts.keys()];
      const other = new Set(Array.from({ length: 20 }, () => left[random(left.length)] ?? ""));
      for (const path of other) write(path);
      for (let i = 0; i < 10; i++) write(`new/${round}-${i}.md`);
      expect(await update(index, folder)).toMatchObject({
        added: 10,
        changed: other.size,
        removed: gone.size,
        unchanged: left.length - other.size,
        skipped: 0,
      });
      await expectAgreement(index, texts);
    }
  });

  it("changes nothing where nothing has changed", async () => {
    const folder = new Folder();
    for (let i = 0; i < 5; i++) folder.write(`${i}.md`, `text number ${i}`);
    await update(await openIndex(driver, folder), folder);
    const index = await openIndex(driver, folder);
    const before = await dump(index);

    expect(await update(index, folder)).toEqual({
      added: 0,
      changed: 0,
      removed: 0,
      unchanged: 5,
      skipped: 0,
      transactions: 0,
      items: 0,
    });
    expect(index.kept).toBe(true);
    expect(await dump(index)).toEqual(before);
  });

  it("has nothing left of documents that are all removed", async () => {
    const folder = new Folder();
    for (let i = 0; i < 5; i++) folder.write(`${i}.md`, `text number ${i}`);
    const index = await openIndex(driver, folder);
    await update(index, folder);
    for (let i = 0; i < 5; i++) folder.remove(`${i}.md`);
    await update(index, folder);
    const { settings, ...others } = await dump(index);
    expect(others).toEqual({ contents: [], documents: [], paths: [], terms: [] });
    expect(settings).toHaveLength(1);
  });

  it("is whole when it is stopped, and the next update does the rest", async () => {
    const folder = new Folder();
    for (let i = 0; i < MANY; i++) folder.write(`${i}.md`, `common word${i}`);
    const index = await openIndex(driver, folder);
    const stop = new AbortController();
    const progress = (): void => stop.abort();
    await expect(update(index, folder, { signal: stop.signal, progress })).rejects.toMatchObject({
      name: "AbortError",
    });
    const { documents, problems } = await index.check();
    expect(problems).toEqual([]);
    expect(documents).toBe(128);

    expect(await update(index, folder)).toMatchObject({ added: MANY - 128, unchanged: 128 });
    expect((await index.search("common")).found).toBe(MANY);
    expect((await index.check()).problems).toEqual([]);
  });

  it("comes out right when two update it at once", async () => {
    const folder = new Folder();
    for (let i = 0; i < MANY; i++) folder.write(`${i}.md`, `common word${i}`);
    const one = await openIndex(driver, folder);
    const two = await openIndex(driver, folder);
    await Promise.all([update(one, folder), update(two, folder)]);
    expect(await one.check()).toMatchObject({ documents: MANY, postings: 2 * MANY, problems: [] });
    expect((await two.search("common")).found).toBe(MANY);
  });

  it("is made anew when asked to, and for another folder", async () => {
    const folder = new Folder();
    folder.write("a.md", "alpha");
    await update(await openIndex(driver, folder), folder);
    const storage = await openStorage(driver, folder);
    const fresh = await SearchIndex.open(storage, { root: folder.path, fresh: true });
    expect([fresh.kept, fresh.found?.documents]).toEqual([false, 1]);
    expect((await fresh.check()).documents).toBe(0);
    await update(fresh, folder);
    expect((await SearchIndex.open(storage, { root: folder.path })).kept).toBe(true);
    expect((await SearchIndex.open(storage, { root: "/elsewhere" })).kept).toBe(false);
    expect((await fresh.search("alpha")).found).toBe(0);
  });

  it("leaves a storage alone that holds something else", async () => {
    const folder = new Folder();
    const storage = await openStorage(driver, folder);
    const open = (): Promise<SearchIndex> =>
      SearchIndex.open(storage, { root: folder.path, fresh: true });
    await storage.addContainer("documents");
    await expect(open()).rejects.toThrow(ForeignStorageError);
    const settings = new KVStore(storage);
    await settings.set("index", "not JSON");
    await expect(open()).rejects.toThrow(/another program, with the containers .*documents/);
    expect(await settings.get("index")).toBe("not JSON");
  });

  it("is found damaged by check() wherever it is", async () => {
    const damages: Record<string, (index: SearchIndex) => Promise<unknown>> = {
      "a lost block": ({ storage }) => storage.deleteContainerItem("terms", termKey("beta", 1)),
      "a posting of no document": ({ storage }) =>
        storage.setContainerItem("terms", termKey("gamma", 1), '{"77":1}'),
      "a posting in a wrong block": ({ storage }) =>
        storage.transaction(async (tx) => {
          await tx.deleteContainerItem("terms", termKey("beta", 1));
          await tx.setContainerItem("terms", termKey("beta", 300), '{"1":1}');
        }),
      "an empty block": ({ storage }) =>
        storage.setContainerItem("terms", termKey("gamma", 1), "{}"),
      "a lost path": ({ storage }) => storage.deleteContainerItem("paths", 1),
      "a wrong path": ({ storage }) => storage.setContainerItem("paths", 1, '"b.md"'),
      "lost contents": ({ storage }) => storage.deleteContainerItem("contents", 1),
      "a lost document": ({ storage }) => storage.deleteContainerItem("documents", "a.md"),
      "a second document of one number": ({ storage }) =>
        storage.transaction(async (tx) => {
          const { documents } = containersOf(tx);
          await documents.setMany([["b.md", { id: 1, size: 0, mtime: 0, title: "", words: 2 }]]);
        }),
      "lost settings": ({ storage }) => new KVStore(storage).delete("index"),
    };
    for (const [name, damage] of Object.entries(damages)) {
      const folder = new Folder();
      folder.write("a.md", "alpha beta");
      const index = await openIndex(driver, folder);
      await update(index, folder);
      expect((await index.check()).problems, name).toEqual([]);
      await damage(index);
      expect((await index.check()).problems, name).not.toEqual([]);
    }
  });
});

/**
 * Every word, some pairs of words and some beginnings of words, and the parts of the index among
 * each other.
 */
async function expectAgreement(index: SearchIndex, texts: Texts): Promise<void> {
  const words = Array.from({ length: 40 }, (_, i) => word(i));
  const pairs = words.slice(1).map((second, i) => `${words[i]} ${second}`);
  for (const query of [...words, ...pairs, "w*", "w1*", "w2* w30", "absent"]) {
    const expected = bruteForce(texts, query);
    const { found, hits } = await index.search(query, MANY * 2);
    expect([query, found]).toEqual([query, expected.size]);
    expect(new Set(hits.map(({ path }) => path))).toEqual(new Set(expected.keys()));
    for (const { path, score } of hits) expect(score).toBeCloseTo(expected.get(path) ?? 0, 9);
    expect(hits.map(({ score }) => score)).toEqual(
      hits.map(({ score }) => score).toSorted((a, b) => b - a),
    );
  }
  const { documents, problems } = await index.check();
  expect(problems).toEqual([]);
  expect(documents).toBe(texts.size);
}

function word(number: number): string {
  return `w${number}`;
}

/** The same numbers in every run: each call one below `limit`. */
function sequence(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
