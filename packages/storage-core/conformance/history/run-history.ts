/** Runs histories: sessions in this thread, in others, in processes, and in processes that are killed; and fails where one is not valid. */
import type { ChildRun } from "../child-run.ts";
import { type Context, contentsOf } from "../context.ts";
import { endOf, type Others, ready, startOther } from "../other.ts";
import { Random } from "../random.ts";
import { checkHistory } from "./checker.ts";
import { statisticsOf, underFloors } from "./floors.ts";
import { CONTAINERS, openOptions, runSession, type SessionPlan } from "./recorder.ts";
import { type History, type List, listOf, type TransactionRecord } from "./transaction-record.ts";

/** So many anomalies are told of a history; the others say the same. */
const MOST_TOLD = 3;

/** By id: what is told later of a transaction replaces what was told first. */
type Records = Map<string, TransactionRecord>;

/** Several storages in this thread, a session on each. */
export async function historyInOneThread(context: Context): Promise<void> {
  await createEmpty(context);
  const plans = sessionPlans(context, 0, 5, 80);
  const records: Records = new Map();
  await runHere(context, plans, records);
  await checkRecords(context, records, 150);
}

/** Threads or processes with two sessions each, and two in this thread. */
export async function historyAmong(context: Context, others: Others): Promise<void> {
  await createEmpty(context);
  const records: Records = new Map();
  const children = [0, 1].map((i) =>
    startSessions(context, others, sessionPlans(context, 2 * i, 2, 50)),
  );
  try {
    for (const child of children) await ready(context, child);
    for (const child of children) child.go();
    await Promise.all([
      runHere(context, sessionPlans(context, 4, 2, 50), records),
      ...children.map((child) => recordsOf(context, child, records)),
    ]);
  } finally {
    // Where one has failed, the others are not waited for.
    for (const child of children) child.kill();
  }
  await checkRecords(context, records, 80);
}

/** Processes run in lanes: in each, so many are killed one after another, and a last one comes to its end. */
const LANES = 2;
const KILLS_IN_A_LANE = 2;
/** A process commits fewer than so many times before it is killed. */
const MOST_COMMITS = 30;
/** Kills that all hit between two commits would show nothing; then more processes are killed, up to so many. */
const MORE_KILLS = 20;

/** Sessions in processes that are killed at random, beside others that live. */
export async function historyWithKills(context: Context): Promise<void> {
  await createEmpty(context);
  const random = new Random(context.seed);
  const records: Records = new Map();
  const children: ChildRun[] = [];
  const start = (transactions: number): ChildRun => {
    const plans = sessionPlans(context, 2 * children.length, 2, transactions);
    const child = startSessions(context, "processes", plans);
    children.push(child);
    return child;
  };
  const kill = (child: ChildRun): Promise<void> => {
    child.go();
    return recordsUntilKilled(context, child, 1 + random.below(MOST_COMMITS), records);
  };
  const unknown = (): boolean => [...records.values()].some(({ outcome }) => outcome === "unknown");
  try {
    // To start one takes longer than what it does then, so all are started first.
    const lanes = Array.from({ length: LANES }, () => ({
      killed: Array.from({ length: KILLS_IN_A_LANE }, () => start(Number.MAX_SAFE_INTEGER)),
      last: start(40),
    }));
    for (const { killed, last } of lanes) {
      for (const child of [...killed, last]) await ready(context, child);
    }
    await Promise.all(
      lanes.map(async ({ killed, last }) => {
        for (const child of killed) await kill(child);
        last.go();
        await recordsOf(context, last, records);
      }),
    );
    for (let more = 0; more < MORE_KILLS && !unknown(); more++) {
      const child = start(Number.MAX_SAFE_INTEGER);
      await ready(context, child);
      await kill(child);
    }
  } finally {
    for (const child of children) child.kill();
  }
  context.ok(unknown(), `${failed(context)}: no process was killed while it committed`);
  await checkRecords(context, records, 50);
}

async function createEmpty(context: Context): Promise<void> {
  const creator = await context.create(Object.fromEntries(CONTAINERS.map((name) => [name, {}])));
  await creator.close();
}

function sessionPlans(
  context: Context,
  first: number,
  count: number,
  transactions: number,
): readonly SessionPlan[] {
  return Array.from({ length: count }, (_, i) => ({
    session: first + i,
    seed: context.seed,
    transactions,
  }));
}

/** Runs sessions in this thread. All come to their ends, so that none goes on beside the next check. */
async function runHere(
  context: Context,
  plans: readonly SessionPlan[],
  records: Records,
): Promise<void> {
  const ends = await Promise.allSettled(
    plans.map(async (plan) => {
      const storage = await context.open(openOptions(plan));
      await runSession(storage, plan, (record) => records.set(record.id, record));
      await storage.close();
    }),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

function startSessions(context: Context, others: Others, plans: readonly SessionPlan[]): ChildRun {
  return startOther(context, others, "recordHistory", [JSON.stringify(plans)]);
}

async function recordsOf(context: Context, child: ChildRun, records: Records): Promise<void> {
  for (;;) {
    const record = (await child.next()) as TransactionRecord | undefined;
    if (record === undefined) break;
    records.set(record.id, record);
  }
  await endOf(context, child);
}

/** Kills the process when it calls commit for so manieth time. */
async function recordsUntilKilled(
  context: Context,
  child: ChildRun,
  kill: number,
  records: Records,
): Promise<void> {
  let commits = 0;
  for (;;) {
    const record = (await child.next()) as TransactionRecord | undefined;
    if (record === undefined) break;
    records.set(record.id, record);
    if (record.outcome === "unknown" && ++commits === kill) child.kill();
  }
  await endOf(context, child, "SIGKILL");
}

/** Reads what is there in the end with a storage of its own, and fails where the history is not valid or shows nothing. */
async function checkRecords(context: Context, records: Records, committed: number): Promise<void> {
  const history = { transactions: [...records.values()], final: await finalLists(context) };
  judge(context, history, committed);
}

async function finalLists(context: Context): Promise<Record<string, List>> {
  const storage = await context.open();
  const contents = await contentsOf(storage);
  await storage.close();
  const lists = Object.entries(contents).flatMap(([container, items]) =>
    Object.entries(items).map(([key, text]) => [`${container}/${key}`, listOf(text)] as const),
  );
  return Object.fromEntries(lists);
}

/** Fails where the history has an anomaly, or has too little of what it takes to have one. */
function judge(context: Context, history: History, committed: number): void {
  const anomalies = checkHistory(history);
  const told = anomalies
    .slice(0, MOST_TOLD)
    .map(({ name, explanation }) => `\n    ${name}: ${explanation}`);
  if (anomalies.length > MOST_TOLD) told.push(`\n    and ${anomalies.length - MOST_TOLD} more`);
  context.ok(anomalies.length === 0, `${failed(context)}:${told.join("")}`);
  const rare = underFloors(statisticsOf(history), committed);
  context.ok(rare.length === 0, `${failed(context)}: it shows nothing, too few ${rare.join("; ")}`);
}

function failed({ seed }: Context): string {
  return `history of seed ${seed} (CONFORMANCE_SEED repeats it)`;
}
