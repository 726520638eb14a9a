/** CONF 04, 06 and 08: many who want to write at once all get through, and nobody waits for longer than was said. */
import type { Storage } from "../../src/storage.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { type Context, refusalOf } from "../context.ts";
import { scheduled } from "../schedule.ts";
import { holdTransaction, unblocked } from "../waiting.ts";

/** How many increments each of two storages makes by `transaction()`. */
const INCREMENTS = 200;
/** How many are made beside them by transactions begun by hand. */
const BY_HAND = 50;

async function increment(
  tx: Pick<Storage, "getContainerItem" | "setContainerItem">,
): Promise<void> {
  const n = Number(await tx.getContainerItem("c", "n"));
  await tx.setContainerItem("c", "n", n + 1);
}

/** Two storages count by `transaction()`, one by hand; a conflict needs a commit of somebody else, so they are limited. */
async function countTogether(context: Context): Promise<void> {
  const byHand = await context.create({ c: { n: "0" } });
  const begun = Promise.withResolvers<void>();
  const crossed = Promise.withResolvers<void>();
  let runs = 0;
  const count = async (storage: Storage): Promise<void> => {
    for (let i = 0; i < INCREMENTS; i++) {
      await storage.transaction(async (tx) => {
        await increment(tx);
        // The very first waits until the one by hand has crossed it, so that there is a conflict for sure.
        if (runs++ > 0) return;
        begun.resolve();
        await crossed.promise;
      });
    }
  };
  let refused = 0;
  const countByHand = async (): Promise<void> => {
    await begun.promise;
    for (let committed = 0; committed < BY_HAND; ) {
      const tx = await byHand.begin();
      await increment(tx);
      try {
        await tx.commit();
        committed++;
      } catch (error) {
        if (refusalOf(error) !== "TRANSACTION_CONFLICT" || refused++ > 2 * INCREMENTS) throw error;
      } finally {
        crossed.resolve();
      }
    }
  };
  const all = [await context.open(), await context.open()].map(count);
  await Promise.all([...all, countByHand()]);
  const sum = 2 * INCREMENTS + BY_HAND;
  context.equal(await context.contents(), { c: { n: `${sum}` } }, "the sum of all increments");
  const again = runs - 2 * INCREMENTS;
  context.ok(again > 0, "where somebody commits in between, the function runs again");
  context.ok(again <= BY_HAND, `each commit by hand is one conflict at most, not ${again}`);
  context.ok(refused <= 2 * INCREMENTS, `one conflict for each of the others' at most: ${refused}`);
}

const TIMEOUT = 50;
/** Far less than is waited where nothing is said. */
const SOON = 2000;

async function waitInVain(context: Context): Promise<void> {
  const holder = await context.create({ c: {} });
  const patient = await context.open();
  const brief = await context.open({ timeout: TIMEOUT });
  const set = (storage: Storage, key: string, timeout?: number): Promise<void> =>
    storage.transaction(
      async (tx) => {
        await tx.setContainerItem("c", key, "x");
      },
      timeout === undefined ? {} : { timeout },
    );
  const calls: Readonly<Record<string, (key: string) => Promise<void>>> = {
    "transaction() with a timeout": (key) => set(patient, key, TIMEOUT),
    "transaction() with a timeout, on the storage of the one that runs": (key) =>
      set(holder, key, TIMEOUT),
    "transaction() of a storage with a timeout": (key) => set(brief, key),
    "a write of a storage with a timeout": (key) => brief.setContainerItem("c", key, "x"),
  };
  // A timeout is for the wait, not for the work: this one takes longer.
  const held = await holdTransaction(holder, (tx) => tx.setContainerItem("c", "held", "x"), {
    timeout: TIMEOUT,
  });
  let settled = 0;
  const settle = (): void => {
    settled++;
  };
  const first = set(patient, "first");
  const second = patient.setContainerItem("c", "second", "x");
  const third = patient.transaction((tx) => collect(tx.getContainerKeys("c")));
  for (const waiting of [first, second, third]) waiting.then(settle, settle);
  try {
    await Promise.all(
      Object.entries(calls).map(async ([what, call]) => {
        const began = performance.now();
        const waiting = (): Promise<void> => unblocked(call(`${what}, refused`), what, SOON);
        const error = await context.rejects(waiting, "STORAGE_BUSY", what);
        const waited = performance.now() - began;
        context.ok(waited > 0.8 * TIMEOUT, `${what}: waits as long as it was told, not ${waited}`);
        context.equal((error as { retryable?: unknown }).retryable, true, `${what}: retryable`);
        context.ok(error.message.includes("transaction()"), `names what it waited for: ${error}`);
      }),
    );
    await context.rejects(
      () => unblocked(set(patient, "no time, refused", 0), "a timeout of 0", SOON),
      "STORAGE_BUSY",
      "transaction() with a timeout of 0",
    );
    context.equal(settled, 0, "how many of those with more time have not waited");
  } finally {
    held.release();
  }
  context.equal(await held.ended, 1, "the attempt of the one that was held");
  await Promise.all([first, second]);
  context.equal(await third, ["first", "held", "second"], "what the last who waited finds");
  for (const [what, call] of Object.entries(calls)) await call(`${what}, again`);
  await set(patient, "no time, again", 0);
  context.equal(
    Object.keys((await context.contents())["c"] ?? {}).sort(),
    [...Object.keys(calls), "no time"]
      .map((what) => `${what}, again`)
      .concat("first", "held", "second")
      .sort(),
    "what was written: all but what was refused",
  );
}

/** By `transaction()`, where one waits for the other rather than for its keys. */
async function writeInOppositeOrder(context: Context): Promise<void> {
  const path = context.place("functions");
  const orders: readonly (readonly string[])[] = [
    ["1", "2", "3"],
    ["3", "2", "1"],
    ["2", "3", "1"],
  ];
  const first = await context.create({ c: {} }, path);
  const writers = orders.map(async (keys, i) => {
    const storage = await context.open({}, path);
    for (let round = 0; round < 10; round++) {
      await storage.transaction(async (tx) => {
        for (const key of keys) await tx.setContainerItem("c", key, `${i}`);
      });
    }
  });
  await unblocked(Promise.all(writers), "three who write the same keys in other orders");
  const values = (await first.getContainerItems("c", ["1", "2", "3"])).map(([, value]) => value);
  context.equal(new Set(values).size, 1, "how many have the last word");
}

export const contentionChecks: readonly Check[] = group("CONF", {
  "04 two who write in opposite order both come to an end": scheduled(
    ["conflict.lock", "conflict.typed", "transaction.queue"],
    {
      keys: `
        A begin
        B begin
        A set 1 11
        B set 2 22
        A set 2 21
        B set 1 12
        A commit
        B commit -> TRANSACTION_CONFLICT
        N entries -> 1=11,2=21
      `,
      containers: `
        A begin
        B begin
        A clearContainer
        B add d
        A add d
        B drop c
        B commit
        A commit -> TRANSACTION_CONFLICT
        N containers -> d
      `,
      "three in a ring": `
        A begin
        B begin
        C begin
        A set 1 a
        B set 2 b
        C set 3 c
        A set 2 a
        B set 3 b
        C set 1 c
        C commit
        A commit -> TRANSACTION_CONFLICT
        B commit -> TRANSACTION_CONFLICT
        N entries -> 1=c,2=20,3=c
      `,
    },
    writeInOppositeOrder,
  ),

  "06 nobody starves": {
    clauses: ["transaction.retry", "transaction.queue", "isolation.serializable", "conflict.typed"],
    run: countTogether,
  },

  "08 a wait for the turn is bounded": {
    clauses: ["transaction.timeout", "transaction.queue"],
    run: waitInVain,
  },
});
