/**
 * Keys are their UTF-8 bytes, in LMDB's order; they go to LMDB by way of buffers that lmdb-js uses
 * again and again.
 */
import { join } from "node:path";
import {
  compareKeys,
  type Engine,
  keyAfter,
  type PageRange,
} from "@caterpillar/storage-core/driver";
import { LmdbStorage } from "@caterpillar/storage-lmdb";
import { expect, it } from "vitest";
import { testFolder } from "./fixtures/folder.ts";

/**
 * An engine whose container `c` stands between two others, and has these keys, each with itself as
 * the value.
 */
async function engineWith(keys: readonly string[]): Promise<Engine> {
  const path = join(testFolder(), "storage");
  const engine = await LmdbStorage.driver.open(path, { create: true, readonly: false });
  for (const container of ["b", "c", "d"]) {
    const entries = keys.map((key) => [key, container + key] as const);
    await engine.write([{ container, action: "create", entries, size: entries.length }], {
      base: undefined,
      durability: "power-loss",
    });
  }
  return engine;
}

function sorted(keys: Iterable<string>): string[] {
  return [...new Set(keys)].sort(compareKeys);
}

function expectedOf(keys: readonly string[], { start, end, reverse, limit }: PageRange): string[] {
  const within = keys.filter(
    (key) => compareKeys(key, start) >= 0 && (end === undefined || compareKeys(key, end) < 0),
  );
  return (reverse ? within.reverse() : within).slice(0, limit);
}

/**
 * Every range from one bound to another, in both directions and with several limits, compared with
 * the sorted keys.
 */
async function checkRanges(
  engine: Engine,
  keys: readonly string[],
  bounds: readonly string[],
  limits: readonly number[],
): Promise<number> {
  const snapshot = await engine.snapshot("power-loss");
  let checked = 0;
  for (const start of bounds) {
    for (const end of [...bounds, undefined]) {
      if (end !== undefined && compareKeys(start, end) >= 0) continue;
      for (const reverse of [false, true]) {
        for (const limit of limits) {
          const range = { start, end, reverse, limit, bytes: Number.POSITIVE_INFINITY };
          const expected = expectedOf(keys, range);
          const { items, more } = await snapshot.keys("c", range);
          expect(items).toEqual(expected);
          if (!more) expect(items).toEqual(expectedOf(keys, { ...range, limit: keys.length }));
          const page = await snapshot.page("c", range, "text");
          expect(page.items.map(([key, value]) => [key, `${value}`])).toEqual(
            expected.map((key) => [key, `c${key}`]),
          );
          checked++;
        }
      }
    }
  }
  await snapshot.close();
  return checked;
}

/**
 * In reverse, lmdb-js takes the bounds the other way round, with other rules for which of them is
 * in the range; without an end, and with keys that are bytes, it leaves out keys that begin with
 * NUL.
 */
it("ranges in both directions hold what they should, with every kind of bound", async () => {
  const keys = sorted([
    ...["", "\0", "\0\0", "\0a", "\x01", "a", "a\0", "a\0b", "aa", "b", "~", "\x7f"],
    ...["\x80", "é", "\ud7ff", "\ue000", "\uffff", "𐀀", "𐀀a", "\u{10ffff}", "\u{10ffff}\0"],
  ]);
  const engine = await engineWith(keys);
  const bounds = sorted([...keys, ...keys.map(keyAfter), "between", "\x02", "𐀁"]);
  expect(await checkRanges(engine, keys, bounds, [1, 2, 256])).toBeGreaterThan(3000);
  await engine.close();
});

/**
 * lmdb-js writes keys one behind another into buffers of a fixed size, and takes a new one where
 * there is no room. `Buffer.write` cuts off what has no room and says nothing: a long key would
 * become another, shorter one, whose value is missing or is that of another key.
 */
it("long keys are never cut off, however many are used one after another", async () => {
  const keys = sorted(
    ["x", "é", "€", "😀"].flatMap((character) => {
      const most = 1024 / Buffer.byteLength(character);
      return Array.from({ length: 100 }, (_, i) => {
        const number = String(i).padStart(4, "0");
        const fill = character.repeat(most - 4);
        return fill + number + "x".repeat(1024 - Buffer.byteLength(fill + number));
      });
    }),
  );
  expect(new Set(keys.map((key) => Buffer.byteLength(key)))).toEqual(new Set([1024]));
  const engine = await engineWith(keys);
  const snapshot = await engine.snapshot("power-loss");
  // All of it in one turn of the event loop, in which the buffers are used up.
  for (const key of keys) {
    expect(`${await snapshot.get("c", key, "text")}`).toBe(`c${key}`);
    expect(await snapshot.get("c", key, "presence")).not.toBeUndefined();
    expect(await snapshot.get("c", `${key.slice(0, -1)}y`, "presence")).toBeUndefined();
  }
  const many = await snapshot.getMany("c", keys, "text");
  expect(many.map((value) => `${value}`)).toEqual(keys.map((key) => `c${key}`));
  const some = keys.filter((_, i) => i % 40 === 0);
  const bounds = sorted([...some, ...some.map(keyAfter)]);
  await checkRanges(engine, keys, bounds, [3]);
  await snapshot.close();
  // And as what is written: each of them is found to be deleted, and nothing else.
  const odd = keys.filter((_, i) => i % 2 === 1);
  const entries = odd.map((key) => [key, null] as const);
  await engine.write([{ container: "c", action: "keep", entries, size: entries.length }], {
    base: undefined,
    durability: "power-loss",
  });
  const after = await engine.snapshot("power-loss");
  const range = { start: "", end: undefined, reverse: true, limit: 1000, bytes: 1 << 20 };
  expect((await after.keys("c", range)).items).toEqual(
    keys.filter((_, i) => i % 2 === 0).reverse(),
  );
  expect(await after.count("b")).toBe(keys.length);
  await after.close();
  await engine.close();
});
