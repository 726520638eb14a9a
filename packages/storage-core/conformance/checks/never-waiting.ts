/** ISO 29 and 30: readers do not wait for writers, nor writers for readers. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Transaction } from "../../src/transaction.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import { type Context, contentsOf } from "../context.ts";
import { scheduled } from "../schedule.ts";
import { holdTransaction, unblocked } from "../waiting.ts";

const SNAPSHOTS = 20;

/** So many snapshots, each of another state, all open, each with an iteration begun; each must show its own, whatever is committed. */
async function readManySnapshots(context: Context): Promise<void> {
  const stateAt = (n: number): Record<string, Record<string, string>> => ({
    c: Object.fromEntries([...Array(n).keys(), "n"].map((key) => [key, `${n}`])),
    [`d${n}`]: { n: `${n}` },
  });
  const writer = await context.create(stateAt(0));
  const commit = async (n: number): Promise<void> => {
    const tx = await writer.begin();
    await tx.clear();
    for (const [container, items] of Object.entries(stateAt(n))) {
      await tx.addContainer(container);
      await tx.setContainerItems(container, items);
    }
    await tx.commit();
  };
  const readers = [];
  for (let n = 0; n < SNAPSHOTS; n++) {
    const reader = await context.open();
    const tx = await reader.begin();
    const iteration = tx.container("c").keys();
    await iteration.next();
    readers.push({ n, tx, iteration });
    await commit(n + 1);
  }
  for (const again of [1, 2]) {
    for (const { n, tx } of readers) {
      const which = `snapshot ${n} of ${SNAPSHOTS}, after ${SNAPSHOTS + again} commits`;
      context.equal(await contentsOf(tx), stateAt(n), which);
      context.equal(await tx.getContainerLen("c"), n + 1, `the count in ${which}`);
    }
    await commit(SNAPSHOTS + again);
  }
  for (const { n, tx, iteration } of readers) {
    const rest = await collect(iteration);
    const keys = Object.keys(stateAt(n)["c"] as object).sort();
    context.equal(rest, keys.slice(1), `the rest of an iteration that was begun in snapshot ${n}`);
    await tx.commit();
  }
  context.equal(await context.contents(), stateAt(SNAPSHOTS + 2), "when all snapshots are closed");
}

export const neverWaitingChecks: readonly Check[] = group("ISO", {
  "29 a reader does not keep a writer waiting": scheduled(
    ["isolation.wait", "iteration.release", "isolation.begin"],
    {
      "transactions and iterations that are open": `
        R begin
        R get 1 -> 10
        R next -> 1=10
        S next -> 1=10
        T begin
        W set 1 11
        W begin
        W set 2 22
        W add d
        W commit
        W clearContainer
        W drop c
        W add c
        V begin
        V set 5 50
        V commit
        R next -> 2=20
        R next -> end
        S next -> 2=20
        S next -> end
        R entries -> 1=10,2=20
        T entries -> 1=10,2=20
        R commit
        T rollback
        R entries -> 5=50
      `,
      "the writer reads as well": `
        W next -> 1=10
        W set 1 11
        W next -> 2=20
        W begin
        W next -> end
        W set 2 22
        R begin
        R next -> 1=11
        W commit
        R next -> 2=20
        R next -> end
      `,
    },
    readManySnapshots,
  ),

  "30 a writer does not keep anybody waiting": scheduled(
    ["isolation.wait", "conflict.lock", "transaction.inside", "transaction.retry"],
    {
      "a transaction that has written": `
        R open
        W begin
        W setMany 1=11 3=30
        W delete 2
        W add d
        W next -> 1=11
        R get 1 -> 10
        R entries -> 1=10,2=20
        R begin
        R next -> 1=10
        N begin
        N length -> 2
        N commit
        R next -> 2=20
        R commit
        W next -> 3=30
        W next -> end
        W commit
        R entries -> 1=11,3=30
      `,
      "another writer": `
        A begin
        A set 1 11
        A clearContainer
        B begin
        B set 2 22
        B commit
        C set 3 30
        C add d
        A entries -> none
        A rollback
        A entries -> 1=10,2=22,3=30
      `,
    },
    async (context) => {
      await readBesideHeldTransaction(context);
      await readBesideLargeCommit(context);
    },
  ),
});

/** The function of a `transaction()` may take as long as it likes. */
async function readBesideHeldTransaction(context: Context): Promise<void> {
  const path = context.place("held");
  const writer = await context.create({ c: { 1: "10", 2: "20" } }, path);
  const other = await context.open({}, path);
  const held = await holdTransaction(writer, (tx) => tx.setContainerItem("c", "1", "11"));
  const before = { c: { 1: "10", 2: "20" } };
  const look = <T>(call: Promise<T>, what: string): Promise<T> =>
    unblocked(call, `${what}, while a transaction() runs`);
  try {
    for (const [whose, storage] of Object.entries({ "its own": writer, another: other })) {
      const on = `on ${whose} storage`;
      context.equal(await look(contentsOf(storage), `reads ${on}`), before, `reads ${on}`);
      const readonly = storage.transaction((tx) => contentsOf(tx), { readonly: true });
      context.equal(await look(readonly, `readonly ${on}`), before, `a readonly one ${on}`);
      const begun = await look(storage.begin(), `begin ${on}`);
      context.equal(await look(contentsOf(begun), `begun ${on}`), before, `one begun ${on}`);
      await look(begun.commit(), `commit ${on}`);
    }
    const begun = await look(other.begin(), "begin");
    await look(begun.setContainerItem("c", "2", "22"), "a write");
    await look(begun.commit(), "the commit of what was begun by hand");
    const after = await look(contentsOf(writer), "reads");
    context.equal(after, { c: { 1: "10", 2: "22" } }, "after a commit beside it");
  } finally {
    held.release();
  }
  context.equal(await held.ended, 2, "the attempt that was committed");
  context.equal(await contentsOf(other), { c: { 1: "11", 2: "22" } }, "when all is over");
}

/** A commit that is large enough to be looked at takes so many turns of the event loop. */
const TURNS = 60;
const ITEMS = 20_000;
const MOST_ITEMS = 10 * ITEMS;

/** A large commit takes many turns of the event loop; a read within it does not wait for its end. */
async function readBesideLargeCommit(context: Context): Promise<void> {
  const path = context.place("large");
  const writer = await context.create({ c: { 1: "10" } }, path);
  const reader = await context.open({}, path);
  const write = async (items: number): Promise<Transaction> => {
    const tx = await writer.begin();
    const keys = Array.from({ length: items }, (_, i) => `key ${i}`);
    await tx.setContainerItems("c", new Map(keys.map((key) => [key, items])));
    return tx;
  };
  const turns = await turnsOf((await write(ITEMS)).commit());
  const items = Math.min(MOST_ITEMS, ITEMS * Math.ceil(TURNS / turns));
  const tx = await write(items);
  let committed = false;
  const commit = tx.commit().then(() => {
    committed = true;
  });
  // By then, the engine has begun with it.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  context.equal(await reader.getContainerItem("c", "1"), "10", "a read while a commit is made");
  // Had the read waited, the commit would be told of by now.
  await nextTurn();
  context.ok(!committed, `a read does not wait for a commit of ${items} items that is being made`);
  await commit;
  context.equal(await reader.getContainerLen("c"), items + 1, "the count after the commit");
}

/** How many turns of the event loop the call takes. */
async function turnsOf(call: Promise<void>): Promise<number> {
  let turns = 0;
  let over = false;
  const end = call.finally(() => {
    over = true;
  });
  for (; !over; turns++) await nextTurn();
  await end;
  return turns;
}
