/**
 * What a process does that is to be killed while it creates, opens or closes: it does that to several storages in turn, so that hardly any time is
 * spent on anything else. In between it commits to all of them at once.
 */
import type { StorageOpener } from "../../src/open-storage.ts";
import type { Storage } from "../../src/storage.ts";
import type { Seed } from "../context.ts";
import { tell } from "../telling.ts";

/** How many storages it has. */
export const STORAGES = 3;

/** What begins, and what is over then. */
export const PASSAGES = {
  creating: "created",
  opening: "opened",
  committing: "committed",
  closing: "closed",
} as const;

export type Passage = keyof typeof PASSAGES;

/** What one tells who goes through passages. */
export interface PassageNews {
  readonly is: Passage | (typeof PASSAGES)[Passage];
  /** Which storage. */
  readonly at: number;
  /** The number of the commit, or of the next one. */
  readonly n: number;
}

const ITEMS = 60;
const FILLING = "x".repeat(1000);

/** What is in a storage to which the commit of the number was made last; the first has the number 0. */
export function contentsAtCommit(n: number): Seed {
  const items = Array.from({ length: ITEMS }, (_, i) => [`${100 + i}`, `${n} ${FILLING}`]);
  return { c: { n: `${n}` }, bulk: n < 0 ? {} : Object.fromEntries(items) };
}

/** Creates storages, one after another, until it is killed. */
export async function createMany(
  storage: StorageOpener,
  [prefix]: readonly string[],
): Promise<void> {
  for (let at = 0; ; at++) {
    news({ is: "creating", at, n: 0 });
    const opened = await storage.open(`${prefix}-${at}`, {
      create: at % 2 === 0 ? true : "if-missing",
    });
    news({ is: "created", at, n: 0 });
    await opened.close();
  }
}

/** Opens the storages one after another, commits to all of them at once, closes them one after another, and so on, until it is killed. */
export async function goThrough(
  storage: StorageOpener,
  [prefix, first]: readonly string[],
): Promise<void> {
  for (let n = Number(first); ; n++) {
    const opened: Storage[] = [];
    const pass = async (is: Passage, at: number, run: () => Promise<void>): Promise<void> => {
      news({ is, at, n });
      await run();
      news({ is: PASSAGES[is], at, n });
    };
    for (let at = 0; at < STORAGES; at++) {
      await pass("opening", at, async () => {
        opened.push(await storage.open(`${prefix}-${at}`));
      });
    }
    await Promise.all(
      opened.map((each, at) => pass("committing", at, () => commitNumber(each, n))),
    );
    for (const [at, each] of opened.entries()) await pass("closing", at, () => each.close());
  }
}

export async function commitNumber(storage: Storage, n: number): Promise<void> {
  const { bulk = {} } = contentsAtCommit(n);
  await storage.transaction(async (tx) => {
    await tx.setContainerItem("c", "n", n);
    await tx.clearContainer("bulk");
    await tx.setContainerItems("bulk", bulk);
  });
}

function news(what: PassageNews): void {
  tell(what);
}
