/** Runs histories: sessions in this thread, in others, in processes, and in processes that are killed; and fails where one is not valid. */
import type { ChildRun } from "../child-run.ts";
import { runRoleInThread } from "../child-thread.ts";
import { type Context, contentsOf } from "../context.ts";
import { chosenSeed, Random } from "../random.ts";
import { checkHistory } from "./checker.ts";
import { statisticsOf, underFloors } from "./floors.ts";
import { CONTAINERS, openOptions, runSession, type SessionPlan } from "./recorder.ts";
import { type History, type List, listOf, type TransactionRecord } from "./transaction-record.ts";

/** So many anomalies are told of a history; the others say the same. */
const MOST_TOLD = 3;

/** Who else may run sessions. */
export type Others = "threads" | "processes";

/** Several storages in this thread, a session on each. */
export async function historyInOneThread(context: Context): Promise<void> {
  await createEmpty(context);
  const plans = sessionPlans(0, 5, 80);
  const records = new Map<string, TransactionRecord>();
  await runHere(context, plans, records);
  await checkRecords(context, records, 150);
}

/** Threads or processes with two sessions each, and two in this thread. */
export async function historyAmong(context: Context, others: Others): Promise<void> {
  await createEmpty(context);
  const children = [0, 1].map((i) => startSessions(context, others, sessionPlans(2 * i, 2, 50)));
  for (const child of children) await ready(context, child);
  for (const child of children) child.go();
  const records = new Map<string, TransactionRecord>();
  await Promise.all([
    runHere(context, sessionPlans(4, 2, 50), records),
    ...children.map((child) => recordsOf(context, child, records)),
  ]);
  await checkRecords(context, records, 80);
}

/** Processes that are killed at random, one after another in each of some lanes; the last of each lane may come to its end. */
const LANES = 2;
const IN_A_LANE = 4;
/** A process commits fewer than so many times before it is killed. */
const MOST_COMMITS = 30;

export async function historyWithKills(context: Context): Promise<void> {
  await createEmpty(context);
  const random = new Random(chosenSeed());
  // To start one takes longer than what it does then, so all are started first.
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    Array.from({ length: IN_A_LANE }, (_, i) => {
      const first = 2 * (lane * IN_A_LANE + i);
      const last = i === IN_A_LANE - 1;
      const kill = last ? undefined : 1 + random.below(MOST_COMMITS);
      const plans = sessionPlans(first, 2, last ? 30 : 10_000);
      return { child: startSessions(context, "processes", plans), kill };
    }),
  );
  for (const { child } of lanes.flat()) await ready(context, child);
  const records = new Map<string, TransactionRecord>();
  await Promise.all(
    lanes.map(async (lane) => {
      for (const { child, kill } of lane) {
        child.go();
        if (kill === undefined) await recordsOf(context, child, records);
        else await recordsUntilKilled(context, child, kill, records);
      }
    }),
  );
  const { unknown } = await checkRecords(context, records, 80);
  context.ok(unknown >= 1, `${failed()}: no process was killed while it committed`);
}

async function createEmpty(context: Context): Promise<void> {
  const creator = await context.create(Object.fromEntries(CONTAINERS.map((name) => [name, {}])));
  await creator.close();
}

function sessionPlans(first: number, count: number, transactions: number): readonly SessionPlan[] {
  return Array.from({ length: count }, (_, i) => ({
    session: first + i,
    seed: chosenSeed(),
    transactions,
  }));
}

type Records = Map<string, TransactionRecord>;

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
  const args = [context.path, JSON.stringify(plans)];
  return others === "processes"
    ? context.spawn("recordHistory", args)
    : runRoleInThread(context.target, "recordHistory", args);
}

async function ready(context: Context, child: ChildRun): Promise<void> {
  const told = await child.next();
  if (told === undefined) await endOf(context, child, null);
  context.equal(told, "ready", "what another one tells");
}

async function recordsOf(context: Context, child: ChildRun, records: Records): Promise<void> {
  for (;;) {
    const record = (await child.next()) as TransactionRecord | undefined;
    if (record === undefined) break;
    records.set(record.id, record);
  }
  await endOf(context, child, null);
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

async function endOf(
  context: Context,
  child: ChildRun,
  signal: NodeJS.Signals | null,
): Promise<void> {
  const end = await child.ended;
  const found = { code: end.code, signal: end.signal, stderr: end.stderr };
  const wanted = { code: signal === null ? 0 : null, signal, stderr: "" };
  context.equal(found, wanted, `${failed()}: how another one ended`);
}

/** Reads what is there in the end with a storage of its own, and fails where the history is not valid or shows nothing. */
async function checkRecords(
  context: Context,
  records: Records,
  committed: number,
): Promise<{ readonly unknown: number }> {
  const history = { transactions: [...records.values()], final: await finalLists(context) };
  judge(context, history, committed);
  return statisticsOf(history);
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
  context.ok(anomalies.length === 0, `${failed()}:${told.join("")}`);
  const rare = underFloors(statisticsOf(history), committed);
  context.ok(rare.length === 0, `${failed()}: it shows nothing, too few ${rare.join("; ")}`);
}

function failed(): string {
  return `history of seed ${chosenSeed()} (CONFORMANCE_SEED repeats it)`;
}
