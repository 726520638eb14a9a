/**
 * What becomes of one counter that two increment at once: two processes, two worker threads, two storages in one thread. Where the driver
 * says that a storage is not shared, the other one must be told so at once, and the first must not notice.
 */
import type { ChildRun } from "./child-run.ts";
import { type Context, contentsOf } from "./context.ts";
import {
  contentsWithCounter,
  createCounter,
  type IncrementReport,
  increment,
  readCounter,
} from "./counter.ts";
import { awaitedLater } from "./failure.ts";
import { endOf, type Others, ready, startOther } from "./other.ts";

/** Two others increment a counter, or are refused, or find nothing, as the driver's facts say. */
export async function incrementsAmong(
  context: Context,
  others: Others,
  times: number,
): Promise<void> {
  const sharing = context.facts[others];
  if (sharing === "shared") return await shared(context, others, times);
  context.leaveOut(`a counter that ${others} share: facts.${others} is ${sharing}`);
  if (sharing === "locked") await locked(context, others, times);
  else await separate(context, others, times);
}

async function shared(context: Context, others: Others, times: number): Promise<void> {
  const storage = await createCounter(context);
  await storage.close();
  const both = [0, 1].map(() => startOther(context, others, "increment", [String(times)]));
  // Others come and go meanwhile. Engines have been seen to forget the newest commit when somebody opens.
  const third = startOther(context, others, "reopen");
  await ready(context, third);
  for (const one of both) await ready(context, one);
  for (const one of both) one.go();
  // Who is through goes on until the other is through as well, which must get its turn beside somebody who never stops.
  for (const one of both) await ready(context, one);
  for (const one of both) one.go();
  const reports = await Promise.all(both.map((one) => reportOf(context, one)));
  third.go();
  context.ok(Number(await third.next()) > 0, "a third one has opened the storage meanwhile");
  await endOf(context, third);
  const sum = reports.reduce((total, { increments }) => total + increments, 0);
  context.equal(await context.contents(), contentsWithCounter(sum), "the sum");
  check(context, reports, times);
}

/** Engines prepare what they share when the first one opens, and take it apart when the last one closes. */
export async function comingAndGoing(
  context: Context,
  others: Others,
  times: number,
): Promise<void> {
  await (await createCounter(context)).close();
  const all = [0, 1, 2].map(() => startOther(context, others, "openAndClose", [String(times)]));
  for (const one of all) await ready(context, one);
  for (const one of all) one.go();
  for (const one of all) {
    const told = await one.next();
    await endOf(context, one);
    context.equal(told, "done", "what the others tell");
  }
  context.equal(await context.contents(), contentsWithCounter(0), "what is in the storage");
}

export async function incrementsInOneThread(context: Context, times: number): Promise<void> {
  const storage = await createCounter(context);
  const both = [storage, await context.open()];
  const reports = await Promise.all(both.map((one) => increment(one, times)));
  context.equal(await contentsOf(storage), contentsWithCounter(2 * times), "the sum");
  const attempts = reports.map((report) => report.attempts);
  context.equal(attempts, [times, times], "attempts, where one storage waits for another's turn");
  check(context, reports, times);
}

/** What the other tries while it is locked out: as text, and each must be refused. */
const ATTEMPTS = ["{}", '{"readonly":true}', '{"create":"if-missing"}'];

async function locked(context: Context, others: Others, times: number): Promise<void> {
  const storage = await createCounter(context);
  const second = startOther(context, others, "open", [...ATTEMPTS, "{}"]);
  const counting = awaitedLater(increment(storage, times));
  for (const attempt of ATTEMPTS) {
    const told = await nextOf(context, second);
    context.equal(told, "STORAGE_LOCKED", `what the other gets with ${attempt}`);
  }
  if (context.facts.processes === "locked") await stillLocked(context, others);
  const report = await counting;
  context.equal(await contentsOf(storage), contentsWithCounter(times), "what the first has done");
  await storage.close();
  const found = await nextOf(context, second);
  context.equal(
    found,
    contentsWithCounter(times),
    "what the other finds when the first has closed",
  );
  await endOf(context, second);

  const heir = startOther(context, others, "increment", [String(times)]);
  await ready(context, heir);
  heir.go();
  await ready(context, heir);
  heir.go();
  const reports = [report, await reportOf(context, heir)];
  const sum = reports.reduce((total, { increments }) => total + increments, 0);
  context.equal(await context.contents(), contentsWithCounter(sum), "the sum");
  check(context, reports, times);
}

/**
 * An attempt that is refused must leave the lock as it was. Where it is a lock of POSIX on a file, a process loses it with the first
 * handle of the file that any of its threads closes.
 */
async function stillLocked(context: Context, after: Others): Promise<void> {
  const third = startOther(context, "processes", "open", ["{}"]);
  const told = await nextOf(context, third);
  await endOf(context, third);
  const what = `what a process gets after one of other ${after} was refused`;
  context.equal(told, "STORAGE_LOCKED", what);
}

async function separate(context: Context, others: Others, times: number): Promise<void> {
  const storage = await createCounter(context);
  const second = startOther(context, others, "open", [
    "{}",
    '{"readonly":true}',
    '{"create":true}',
  ]);
  context.equal(await nextOf(context, second), "STORAGE_NOT_FOUND", "what the other gets");
  context.equal(
    await nextOf(context, second),
    "STORAGE_NOT_FOUND",
    "what the other gets with readonly",
  );
  const report = await increment(storage, times);
  context.equal(await nextOf(context, second), {}, "what is in the storage that the other makes");
  await endOf(context, second);
  context.equal(await readCounter(storage), times, "what the first has done");
  check(context, [report], times);
}

/** Lets it go on once, and answers what it tells of that. */
async function nextOf(context: Context, child: ChildRun): Promise<unknown> {
  await ready(context, child);
  child.go();
  return await child.next();
}

async function reportOf(context: Context, child: ChildRun): Promise<IncrementReport> {
  const report = await child.next();
  await endOf(context, child);
  return report as IncrementReport;
}

/** Fails where an event loop stood still. Prints the figures that are too much of the machine to be judged. */
function check(context: Context, reports: readonly IncrementReport[], times: number): void {
  for (const { increments, attempts, elapsedMs, turns } of reports) {
    context.ok(increments >= times, `${increments} increments, and not ${times}`);
    context.ok(attempts >= increments, `${attempts} attempts at ${increments} increments`);
    // A turn of the loop is given away after some milliseconds of work. A commit takes a good part of one, unless there is no disk.
    const least = Math.floor(Math.min(increments, elapsedMs) / 25);
    context.ok(turns >= least, `the event loop came round only ${turns} times`);
  }
  for (const { increments, attempts, worstWaitMs, worstLagMs } of reports) {
    context.figure(
      `${increments} increments in ${attempts} attempts, worst wait ${worstWaitMs.toFixed(0)} ms, worst lag ${worstLagMs.toFixed(0)} ms`,
    );
  }
}
