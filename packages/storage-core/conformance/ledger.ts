/**
 * A ledger: numbered commits that are never undone. Of a storage with one it can be said which commits are there, and that nothing else is.
 *
 * Each commit adds an entry to two containers and replaces the marks in both, so a commit that is there in part shows, and so do two that are
 * mixed. All values follow from the ledger's name, the number and their size: what nobody ever wrote shows as well. They are noise, so that
 * no engine makes them small.
 */
import { createHash } from "node:crypto";
import type { Operations } from "../src/operations.ts";
import type { Storage } from "../src/storage.ts";
import { collect } from "./collect.ts";

/** What is there. */
export interface Ledger {
  /** Whose it is; "" where there is none. */
  readonly name: string;
  /** The commits, in order. */
  readonly numbers: readonly number[];
}

const NONE: Ledger = { name: "", numbers: [] };

/** Thrown by who reads a ledger that is not whole: an engine answered what was never committed. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

const SIDES = ["left", "right"] as const;
/** Numbers have so many digits, so that their order is that of their keys. */
const DIGITS = 6;
const MARKS = Array.from({ length: 8 }, (_, i) => `mark-${i}`);
/** How large a mark is, in characters. */
const MARK_SIZE = 100;

/** Makes the containers of a ledger, in one commit. */
export async function beginLedger(storage: Storage): Promise<void> {
  await storage.transaction(async (tx) => {
    for (const side of SIDES) await tx.addContainer(side);
  });
}

/**
 * Writes the entry of the number in a transaction, of so many characters in each container. Numbers go up from 1, and may leave some out. Ledgers of
 * other names have other entries.
 */
export async function enter(
  tx: Pick<Operations, "setContainerItem" | "setContainerItems">,
  n: number,
  size: number,
  name: string = "own",
): Promise<void> {
  for (const side of SIDES) {
    const marks = MARKS.map((key) => [key, noiseOf(name, side, key, n, MARK_SIZE)] as const);
    await tx.setContainerItems(side, marks);
    await tx.setContainerItem(side, keyOf(n), noiseOf(name, side, keyOf(n), n, size));
  }
}

/** What is there, by every way to read. Throws a {@link LedgerError} where it is not whole. */
export async function readLedger(from: Operations): Promise<Ledger> {
  const containers = await from.listContainers();
  if (containers.length === 0) return NONE;
  same(containers, SIDES, "the containers");
  const [left, right] = [await readSide(from, "left"), await readSide(from, "right")];
  same(left, right, "what the second container has of the commits");
  return left;
}

/**
 * Looks up each entry by itself, so also those that a damaged page keeps an iteration from. Throws a {@link LedgerError} where one is what it never was;
 * what an engine throws is left out.
 */
export async function lookUpEntries(
  from: Operations,
  newest: number,
  onError: (error: unknown) => void,
): Promise<void> {
  const containers = await from.listContainers();
  for (const side of SIDES.filter((name) => containers.includes(name))) {
    for (let n = 1; n <= newest; n++) {
      try {
        checkValue(side, keyOf(n), await from.getContainerItem(side, keyOf(n)));
      } catch (error) {
        if (error instanceof LedgerError) throw error;
        onError(error);
      }
    }
  }
}

async function readSide(from: Operations, side: (typeof SIDES)[number]): Promise<Ledger> {
  const entries = await collect(from.container(side).entries());
  const keys = entries.map(([key]) => key);
  same(await from.getContainerLen(side), entries.length, `the length of ${side}`);
  same(await collect(from.container(side).keys()), keys, `the keys of ${side}`);
  same(await from.getContainerItems(side, keys), entries, `the items of ${side}, asked for by key`);
  const stamps = entries.map(([key, value]) => checkValue(side, key, value) as Stamp);
  const numbers = keys.filter((key) => !key.startsWith("mark-")).map(Number);
  if (entries.length === 0) return NONE;
  same(keys.slice(numbers.length), MARKS, `the marks of ${side}`);
  const names = new Set(stamps.map(({ name }) => name));
  const marks = new Set(stamps.slice(numbers.length).map(({ n }) => n));
  same([...names].length, 1, `the number of ledgers in ${side}`);
  same([...marks], numbers.slice(-1), `the commits that left the marks of ${side}`);
  return { name: [...names].join(), numbers };
}

/** Who wrote a value. */
interface Stamp {
  readonly name: string;
  readonly n: number;
}

/** Throws unless the value is one that was written there once. */
function checkValue(side: string, key: string, value: string | undefined): Stamp | undefined {
  if (value === undefined) return undefined;
  const [name = "", n = "", size = ""] = value.split(" ", 3);
  const wanted = key.startsWith("mark-") ? n : String(Number(key));
  const isWhole =
    /^\d{1,9}$/.test(n) &&
    /^\d{1,9}$/.test(size) &&
    n === wanted &&
    Number(size) <= value.length &&
    value === noiseOf(name, side, key, Number(n), Number(size));
  if (!isWhole) throw new LedgerError(`${side} has a value at ${key} that was never written there`);
  return { name, n: Number(n) };
}

function keyOf(n: number): string {
  return String(n).padStart(DIGITS, "0");
}

function noiseOf(name: string, side: string, key: string, n: number, size: number): string {
  const hash = createHash("shake256", { outputLength: Math.ceil((size * 3) / 4) });
  return `${name} ${n} ${size} ${hash.update(`${name} ${side} ${key} ${n}`).digest("base64url")}`;
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found === wanted) return;
  const shown = [found, wanted].map((text) =>
    text.length > 200 ? `${text.slice(0, 200)}…` : text,
  );
  throw new LedgerError(`${what}: found ${shown[0]}, where ${shown[1]} belongs`);
}
