/**
 * What is done to a storage before its process ends: deeds, each on a storage of its own, with what is there before and what must be found
 * afterwards. Checks and the processes that they start have them by name.
 */
import type { Storage } from "../../src/storage.ts";
import type { Seed } from "../context.ts";

export interface Deed {
  readonly before: Seed;
  /** Resolves when it is acknowledged. */
  readonly act: (storage: Storage) => Promise<unknown>;
  readonly after: Seed;
}

const SEED: Seed = { c: { a: "1", b: "1" }, d: { a: "1" } };

const LARGE = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${1000 + i}`, "large"]));

/** What is acknowledged is there afterwards, however the process has ended. */
export const deeds: Readonly<Record<string, Deed>> = {
  "an item is set": {
    before: SEED,
    act: (storage) => storage.setContainerItem("c", "a", "2"),
    after: { ...SEED, c: { a: "2", b: "1" } },
  },
  "items are set": {
    before: SEED,
    act: (storage) => storage.setContainerItems("d", LARGE),
    after: { ...SEED, d: { ...LARGE, a: "1" } },
  },
  "an item is deleted": {
    before: SEED,
    act: (storage) => storage.deleteContainerItem("c", "a"),
    after: { ...SEED, c: { b: "1" } },
  },
  "an item is updated": {
    before: SEED,
    act: (storage) => storage.container("c").update("a", (value) => `${value}${value}`),
    after: { ...SEED, c: { a: "11", b: "1" } },
  },
  "a container is added": {
    before: SEED,
    act: (storage) => storage.addContainer("e"),
    after: { ...SEED, e: {} },
  },
  "a container is cleared": {
    before: SEED,
    act: (storage) => storage.clearContainer("c"),
    after: { ...SEED, c: {} },
  },
  "a container is deleted": {
    before: SEED,
    act: (storage) => storage.deleteContainer("c"),
    after: { d: { a: "1" } },
  },
  "all containers are deleted": {
    before: SEED,
    act: (storage) => storage.clear(),
    after: {},
  },
  "a transaction is committed": {
    before: SEED,
    act: async (storage) => {
      const tx = await storage.begin();
      await tx.setContainerItem("c", "a", "2");
      await tx.deleteContainer("d");
      await tx.addContainer("e");
      await tx.setContainerItems("e", LARGE);
      await tx.commit();
    },
    after: { c: { a: "2", b: "1" }, e: LARGE },
  },
  "transaction() resolves": {
    before: SEED,
    act: (storage) =>
      storage.transaction(async (tx) => {
        await tx.clearContainer("d");
        await tx.deleteContainerItem("c", "b");
        await tx.setContainerItem("d", "z", "2");
      }),
    after: { c: { a: "1" }, d: { z: "2" } },
  },
};

/** One of each kind, where each takes its time. */
export const someDeeds: Readonly<Record<string, Deed>> = Object.fromEntries(
  [
    "an item is set",
    "items are set",
    "a container is deleted",
    "a transaction is committed",
    "transaction() resolves",
  ].map((name) => [name, deeds[name] as Deed]),
);

/** A deed that is begun, and left when everything but the last step is done. */
export interface UnfinishedDeed {
  /** What is there before, and for as long as it is not finished. */
  readonly before: Seed;
  /** Resolves when it is begun. */
  readonly begin: (storage: Storage) => Promise<Begun>;
  /** What is there when it is finished. */
  readonly after: Seed;
  /** What becomes of it where somebody else has committed meanwhile: `ok`, or the code of a refusal; nothing of it is there then. */
  readonly beside: "ok" | "TRANSACTION_CONFLICT";
}

/** How to end what is begun: both resolve when that is done, or reject where it cannot be. */
interface Begun {
  finish(): Promise<unknown>;
  abandon(): Promise<unknown>;
}

type Changing = Pick<
  Storage,
  "setContainerItems" | "deleteContainerItem" | "deleteContainer" | "addContainer"
>;

/** Touches items and containers, so that this is there: */
const CHANGED: Seed = { c: { ...LARGE, a: "uncommitted" }, uncommitted: {} };

async function change(tx: Changing): Promise<void> {
  await tx.setContainerItems("c", { ...LARGE, a: "uncommitted" });
  await tx.deleteContainerItem("c", "b");
  await tx.deleteContainer("d");
  await tx.addContainer("uncommitted");
}

/** What is not committed is not there, and hinders nobody. */
export const unfinishedDeeds: Readonly<Record<string, UnfinishedDeed>> = {
  "a transaction begun by hand": {
    before: SEED,
    begin: async (storage) => {
      const tx = await storage.begin();
      await change(tx);
      return { finish: () => tx.commit(), abandon: () => tx.rollback() };
    },
    after: CHANGED,
    beside: "TRANSACTION_CONFLICT",
  },
  "the function of a transaction()": {
    before: SEED,
    begin: (storage) =>
      begun((reached, over) =>
        storage.transaction(async (tx) => {
          await change(tx);
          reached();
          await over;
        }),
      ),
    after: CHANGED,
    beside: "ok",
  },
  "items of an iterable that has not ended": {
    before: SEED,
    begin: (storage) =>
      begun((reached, over) => {
        async function* items(): AsyncGenerator<[string, string]> {
          yield* Object.entries(LARGE);
          reached();
          await over;
        }
        return storage.setContainerItems("c", items());
      }),
    after: { ...SEED, c: { ...LARGE, ...SEED["c"] } },
    beside: "ok",
  },
};

/** Begins what ends when the promise that it is given does, and fails where that does; it says when it has come so far. */
async function begun(
  run: (reached: () => void, over: Promise<void>) => Promise<unknown>,
): Promise<Begun> {
  const reached = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const ended = run(reached.resolve, over.promise);
  // Who has begun it may be killed, or give it up, before anybody looks.
  ended.catch(() => {});
  await Promise.race([reached.promise, ended]);
  return {
    finish: () => {
      over.resolve();
      return ended;
    },
    abandon: async () => {
      over.reject(new Error("given up"));
      await ended.catch(() => {});
    },
  };
}

/** A deed with its name, and the path of its storage. */
export type Placed<T> = T & { readonly name: string; readonly path: string };

/** Deeds with the paths of their storages, which begin alike. */
export function placed<T extends object>(
  all: Readonly<Record<string, T>>,
  prefix: string,
): readonly Placed<T>[] {
  return Object.entries(all).map(([name, deed], i) => ({ ...deed, name, path: `${prefix}-${i}` }));
}
