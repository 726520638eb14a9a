/** ISO 24 and 25: what readers see while a commit is made. */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Storage } from "../../src/storage.ts";
import type { Transaction } from "../../src/transaction.ts";
import { type Check, group } from "../check.ts";
import { collect } from "../collect.ts";
import type { Context } from "../context.ts";
import type { Times } from "../profile.ts";

/** A look at the storage: what it is, in words, and how to get all that must be one and the same. */
type Look = readonly [what: string, look: (reader: Storage) => Promise<readonly unknown[]>];

type From = Pick<Storage, Exclude<keyof Storage & keyof Transaction, "begin">>;

const ROUNDS: Times = { quick: 45, full: 400 };

/** How many microtasks are followed without a pause: a commit in memory is over after some fifteen, and who pauses among them sees none of it. */
const WITHOUT_PAUSE = 50;

/** Does it again and again while the call is in flight: every microtask at first, then with turns in between, then every millisecond. */
async function during(call: Promise<void>, action: (count: number) => void): Promise<void> {
  let over = false;
  const end = call.finally(() => {
    over = true;
  });
  end.catch(() => {});
  for (let count = 1; !over; count++) {
    action(count);
    if (count > 100) await delay(1);
    else if (count > WITHOUT_PAUSE && count % 10 === 0) await nextTurn();
    else await null;
  }
  await end;
}

async function valuesOf(from: From, container: string): Promise<string[]> {
  return await collect(from.container(container).values());
}

async function getAll(
  from: From,
  container: string,
  keys: readonly string[],
): Promise<(string | undefined)[]> {
  return (await from.getContainerItems(container, keys)).map(([, value]) => value);
}

/** More than one page of an iteration. */
const MANY = Array.from({ length: 300 }, (_, i) => `k${i}`);

/** Changes everything to say the number of the round, but for the commit. */
async function prepare(writer: Storage, round: number): Promise<() => Promise<void>> {
  const tx = await writer.begin();
  await tx.setContainerItem("c", "x", round);
  await tx.setContainerItem("d", "x", round);
  await tx.setContainerItem("c", "y", round);
  await tx.setContainerItem("grows", round, "");
  await tx.addContainer(`round ${round}`);
  await tx.deleteContainer(`round ${round - 1}`);
  await tx.setContainerItems("many", new Map(MANY.map((key) => [key, round])));
  return async () => {
    await tx.commit();
    // One call by itself is no less.
    await writer.setContainerItems("call", { begins: round, ends: round });
  };
}

/** A look at one snapshot, by many reads. */
function snapshot(what: string, look: (from: From) => Promise<readonly unknown[]>): Look {
  return [what, (reader) => reader.transaction((tx) => look(tx), { readonly: true })];
}

const looks: readonly Look[] = [
  snapshot("keys and containers, one by one", async (from) => [
    await from.getContainerItem("c", "x"),
    await from.getContainerItem("d", "x"),
    await from.getContainerItem("c", "y"),
  ]),
  snapshot("containers, iterated", async (from) => [
    ...(await valuesOf(from, "c")),
    ...(await valuesOf(from, "d")),
  ]),
  snapshot("a point read and a read of many", async (from) => [
    await from.getContainerItem("d", "x"),
    ...(await getAll(from, "c", ["y", "x"])),
  ]),
  snapshot("a count and a point read", async (from) => [
    await from.getContainerLen("grows"),
    Number(await from.getContainerItem("c", "y")),
  ]),
  snapshot("a point read and the list of containers", async (from) => [
    `round ${await from.getContainerItem("c", "x")}`,
    ...(await from.listContainers()).filter((name) => name.startsWith("round")),
  ]),
  snapshot("many pages, iterated", (from) => valuesOf(from, "many")),
  ["a read of two, by itself", (from) => getAll(from, "c", ["x", "y"])],
  ["a read of many, by itself", (from) => getAll(from, "many", MANY)],
  ["an iteration of two, by itself", (from) => valuesOf(from, "c")],
  ["many pages, by themselves", (from) => valuesOf(from, "many")],
  ["a list", async (reader) => (await reader.container("many").list()).map(([, value]) => value)],
  ["one call that set two", (from) => getAll(from, "call", ["begins", "ends"])],
];

async function lookDuringCommits(context: Context): Promise<void> {
  const writer = await context.create({
    c: { x: "0", y: "0" },
    d: { x: "0" },
    call: { begins: "0", ends: "0" },
    grows: {},
    many: Object.fromEntries(MANY.map((key) => [key, "0"])),
    "round 0": {},
  });
  const reader = await context.open();
  const states = new Map(looks.map(([what]) => [what, new Set<unknown>()]));
  const lookOnce = async (turn: number): Promise<void> => {
    const [what, look] = looks[turn % looks.length] as Look;
    const seen = await look(reader);
    context.equal([...new Set(seen)], seen.slice(0, 1), what);
    states.get(what)?.add(seen[0]);
  };
  for (let round = 1; round <= context.times(ROUNDS); round++) {
    const commit = await prepare(writer, round);
    const looking: Promise<void>[] = [];
    await during(commit(), (count) => {
      // However alike the commits are, each kind of look comes at each of their steps.
      const look = lookOnce(round + count);
      // Awaited with the others, a little later.
      look.catch(() => {});
      looking.push(look);
    });
    await Promise.all(looking);
  }
  for (const [what, { size }] of states) context.ok(size > 2, `${what}: changes under the reader`);
}

const reads: readonly ((from: Storage) => Promise<string | undefined>)[] = [
  (from) => from.getContainerItem("c", "n"),
  async (from) => (await getAll(from, "c", ["n"]))[0],
  async (from) => (await valuesOf(from, "c"))[0],
  (from) => from.transaction((tx) => tx.getContainerItem("c", "n"), { readonly: true }),
  async (from) => {
    await using tx = await from.begin();
    return await tx.getContainerItem("c", "n");
  },
];

const writes: readonly ((to: Storage, n: number) => Promise<void>)[] = [
  (to, n) => to.setContainerItem("c", "n", n),
  (to, n) => to.transaction((tx) => tx.setContainerItem("c", "n", n)),
  async (to, n) => {
    const tx = await to.begin();
    await tx.setContainerItem("c", "n", n);
    await tx.commit();
  },
];

async function readDuringCommits(context: Context): Promise<void> {
  const writer = await context.create({ c: { n: "0" } });
  const readers = [await context.open(), await context.open(), await context.open()];
  let committed = 0;
  let seen = 0;
  let turn = 0;
  const states = new Set<number>();
  // What one session has seen by one kind of read, the next sees by the next.
  const readOnce = async (): Promise<void> => {
    const reader = readers[turn % readers.length] as Storage;
    const least = Math.max(seen, committed);
    seen = Number(await reads[turn % reads.length]?.(reader));
    turn++;
    context.ok(seen >= least, `after ${least} was committed or read, a read answers ${seen}`);
    states.add(seen);
  };
  const rounds = context.times(ROUNDS);
  for (let n = 1; n <= rounds; n++) {
    let reading: Promise<void> | undefined;
    const commit = writes[n % writes.length]?.(writer, n).then(() => {
      committed = n;
    }) as Promise<void>;
    await during(commit, () => {
      if (reading !== undefined) return;
      reading = readOnce();
      const next = (): void => {
        reading = undefined;
      };
      // One that fails stays, and is awaited below.
      reading.then(next, () => {});
    });
    await reading;
    await readOnce();
  }
  context.equal(seen, rounds, "the last read");
  context.equal(states.has(1), true, "the first commit is seen");
}

export const visibilityChecks: readonly Check[] = group("ISO", {
  "24 a commit is seen all at once": {
    clauses: ["isolation.atomic", "transaction.commit", "autocommit.atomic", "iteration.list"],
    run: lookDuringCommits,
  },

  "25 reads do not go back in time": {
    clauses: ["isolation.serializable", "isolation.recency"],
    run: readDuringCommits,
  },
});
