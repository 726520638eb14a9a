/**
 * Transactions that are numbered, so that it can be said exactly what must be in a storage after any of them. Each touches several
 * containers and adds one, so that any part of it can be missed. One container gets many items, now and then thousands, which are replaced,
 * cleared and deleted, over and over: drivers on flat stores remove such items later, in the background.
 */
import type { Durability } from "../../src/driver.ts";
import type { StorageOpener } from "../../src/open-storage.ts";
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import type { Seed } from "../context.ts";
import { tell } from "../telling.ts";

/** What one tells who commits numbered transactions. */
export interface CommitNews {
  readonly n: number;
  /** Whether its commit begins, or is acknowledged. */
  readonly is: "committing" | "committed";
}

/** What one does who commits numbered transactions. */
export interface CommitOptions {
  readonly durability?: Durability | undefined;
  /** How often to commit; without end, if nothing is said. */
  readonly commits?: number;
  /** When to exit: so many milliseconds after one of the news. */
  readonly exit?: CommitNews & { readonly ms: number };
}

const RIGHT_ITEMS = 100;
/** One transaction in eight has more than is removed in one step in the background. */
const [FEW_HEAP_ITEMS, MANY_HEAP_ITEMS] = [200, 2500];

/** What a transaction does to the heap, by its number; and what is in it then, `undefined` where it is not there. */
const HEAP_STEPS: readonly {
  readonly act: (tx: Transaction, n: number) => Promise<void>;
  readonly left: (n: number) => Record<string, string> | undefined;
}[] = [
  {
    act: async (tx, n) => {
      await tx.addContainer("heap");
      await fill(tx, n);
    },
    left: heapItems,
  },
  {
    act: async (tx, n) => {
      await tx.clearContainer("heap");
      await fill(tx, n);
    },
    left: heapItems,
  },
  { act: (tx) => tx.clearContainer("heap"), left: () => ({}) },
  { act: fill, left: heapItems },
  { act: (tx) => tx.deleteContainer("heap"), left: () => undefined },
];

/** What is in the storage before the first of them, which has the number 0. */
export const BEFORE_ALL: Seed = { left: { n: "-1" }, right: {} };

/** Commits the next transaction, and answers its number. Calls when there is nothing left to do but to commit. */
export async function commitNext(
  storage: Storage,
  committing: (n: number) => void = () => {},
): Promise<number> {
  return await storage.transaction(async (tx) => {
    const n = (await newestNumber(tx)) + 1;
    await tx.setContainerItem("left", "n", n);
    await tx.addContainer(`made-${n}`);
    await tx.setContainerItem(`made-${n}`, "by", n);
    await tx.setContainerItems("right", itemsOf(RIGHT_ITEMS, n));
    await heapStep(n).act(tx, n);
    committing(n);
    return n;
  });
}

/** Opens the storage, commits numbered transactions and closes it. Tells when each begins to commit, and when it has. */
export async function commitNumbered(
  storage: StorageOpener,
  [path, given = "{}"]: readonly string[],
): Promise<void> {
  const { durability, commits = Number.POSITIVE_INFINITY, exit }: CommitOptions = JSON.parse(given);
  const news = (what: CommitNews): void => {
    tell(what);
    if (what.n === exit?.n && what.is === exit.is) setTimeout(() => process.exit(), exit.ms);
  };
  const opened = await storage.open(path as string, { durability });
  for (let i = 0; i < commits; i++) {
    const n = await commitNext(opened, (begun) => news({ n: begun, is: "committing" }));
    news({ n, is: "committed" });
  }
  await opened.close();
}

/** The number of the newest transaction that has left its mark. */
export async function newestNumber(from: Pick<Storage, "getContainerItem">): Promise<number> {
  return Number(await from.getContainerItem("left", "n"));
}

/** All that is in the storage when the newest transaction is that of the number. */
export function contentsAfter(n: number): Seed {
  if (n < 0) return BEFORE_ALL;
  const contents: Record<string, Record<string, string>> = {
    left: { n: `${n}` },
    right: itemsOf(RIGHT_ITEMS, n),
  };
  for (let made = 0; made <= n; made++) contents[`made-${made}`] = { by: `${made}` };
  const heap = heapStep(n).left(n);
  if (heap !== undefined) contents["heap"] = heap;
  return contents;
}

function heapStep(n: number): (typeof HEAP_STEPS)[number] {
  return HEAP_STEPS[n % HEAP_STEPS.length] as (typeof HEAP_STEPS)[number];
}

async function fill(tx: Transaction, n: number): Promise<void> {
  await tx.setContainerItems("heap", heapItems(n));
}

function heapItems(n: number): Record<string, string> {
  return itemsOf(n % 8 === 5 ? MANY_HEAP_ITEMS : FEW_HEAP_ITEMS, n);
}

function itemsOf(count: number, n: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, `${n}`]));
}
