/**
 * classic-level's `getSync` writes the key into a buffer that it keeps, and makes a larger one where a key fills it to the last byte. Where
 * just a part of the last character would have had room, the key ends before it, and the buffer is not full: the answer is then that of a
 * shorter key.
 */
import { MAX_KEY_BYTES, MAX_NAME_BYTES } from "@caterpillar/storage-core";
import { expect, it } from "vitest";
import { engineOf, newStorage } from "./fixtures/storages.ts";

/** Texts of characters of one to four bytes, which begin at every offset: each row has every length that there is. */
function rows(maxBytes: number): string[][] {
  return ["a", "é", "語", "🜁"].flatMap((character) =>
    ["", "x", "xx", "xxx"].map((start) => {
      const count = (maxBytes - start.length) / Buffer.byteLength(character);
      return Array.from({ length: Math.floor(count) }, (_, n) => start + character.repeat(n + 1));
    }),
  );
}

/** Every other text of a row is stored. So none can be cut off without being missed, or found where it is not. */
function isStored(_: string, index: number): boolean {
  return index % 2 === 0;
}

/** What is asked for first, after opening, makes the buffer. */
const ORDERS: Readonly<Record<string, (row: readonly string[]) => readonly string[]>> = {
  "the shortest first": (row) => row,
  "the longest first": (row) => row.toReversed(),
  "from the middle on": (row) => [...row.slice(row.length / 2), ...row],
};

for (const [order, ordered] of Object.entries(ORDERS)) {
  it(`every key is found as itself, and none as another: ${order}`, async () => {
    const all = rows(MAX_KEY_BYTES);
    const stored = new Set(all.flatMap((row) => row.filter(isStored)));
    const storage = await newStorage();
    await storage.setContainerItems(
      "c",
      Array.from(stored, (key) => [key, key]),
    );
    await storage.close();
    for (const row of all) {
      const engine = await engineOf(storage.path);
      const snapshot = await engine.snapshot("process-crash");
      const keys = ordered(row);
      const found: unknown[] = [];
      for (const key of keys) found.push(await snapshot.get("c", key, "text"));
      const expected = keys.map((key) => (stored.has(key) ? key : undefined));
      expect(found).toEqual(expected);
      expect(await snapshot.getMany("c", keys, "text")).toEqual(expected);
      await snapshot.close();
      await engine.close();
    }
  });

  it(`every container is found by its name, and none by another's: ${order}`, async () => {
    const all = rows(MAX_NAME_BYTES);
    const stored = new Set(all.flatMap((row) => row.filter(isStored)));
    const storage = await newStorage();
    await storage.transaction(async (tx) => {
      for (const name of stored) {
        await tx.addContainer(name);
        await tx.setContainerItem(name, "name", name);
      }
    });
    await storage.close();
    for (const row of all) {
      const engine = await engineOf(storage.path);
      const snapshot = await engine.snapshot("process-crash");
      for (const name of ordered(row)) {
        expect(await snapshot.has(name)).toBe(stored.has(name));
        if (stored.has(name)) expect(await snapshot.get(name, "name", "text")).toBe(name);
      }
      await snapshot.close();
      await engine.close();
    }
  });
}
