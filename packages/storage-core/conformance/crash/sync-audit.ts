/**
 * Whether a commit is on the disk before it is acknowledged, and before anybody else sees it. To kill a process does not tell, as what it has written
 * stays in the memory of the system; so its calls are logged, each sync is held up, and the order of the log is looked at.
 */
import { realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { type Context, contentsOf } from "../context.ts";
import { storedFile } from "../files.ts";
import { endOf } from "../other.ts";
import { type Call, callsIn, fileOf, linesSaid, loggingSyncs, SYNCS } from "../strace.ts";
import type { DeedNews, WatchedFiles } from "./deed-roles.ts";
import { placed, someDeeds } from "./deeds.ts";

/** A process does deeds while it is watched; for each, something of the storage must have been synced before. */
export async function auditSyncs(context: Context): Promise<void> {
  const prefix = context.place("watched");
  const all = placed(someDeeds, prefix);
  for (const { path, before } of all) await (await context.create(before, path)).close();
  const log = context.place("log");
  const child = context.spawn("performWatched", [prefix], { under: loggingSyncs(log) });
  const watchers = context.facts.processes === "shared" ? 2 : 1;
  const through: string[] = [];
  for (let told = 0; told <= watchers; told++) {
    const what = (await child.next()) as "ready" | WatchedFiles | undefined;
    if (what === undefined) await endOf(context, child);
    else if (what !== "ready") through.push(...what.writtenThrough);
  }
  child.go();
  await endOf(context, child);
  for (const { path, name, after } of all) {
    const storage = await context.open({}, path);
    context.equal(await contentsOf(storage), after, `what is there after: ${name}`);
    await storage.close();
  }
  const calls = callsIn(log);
  const seen: string[] = [];
  for (const { path, name } of all) {
    const told = calls.flatMap((call) => newsIn(call).filter(({ deed }) => deed === name));
    const begun = told.find(({ is }) => is === "begun");
    // The log has real paths.
    const storage = join(realpathSync(context.folder), basename(path));
    const synced = calls.filter((call) => makesDurable(call, through, context, storage));
    for (const { is, by, at } of told) {
      if (is === "begun") continue;
      const before = synced.some((call) => call.begun > (begun?.at ?? 0) && call.ended < at);
      const what = is === "seen" ? `seen by ${by}` : is;
      context.ok(before, `${name}: it was ${what} when nothing of the storage had been synced yet`);
      if (is === "seen") seen.push(by as string);
    }
    const acknowledged = told.filter(({ is }) => is === "acknowledged").length;
    context.equal(acknowledged, 1, `${name}: how often it was acknowledged`);
  }
  context.equal(seen.length, watchers * all.length, "how many looks of others are in the log");
  const syncs = calls.filter(({ name }) => SYNCS.some((sync) => sync === name)).length;
  context.figure(`${all.length} commits, ${syncs} syncs, ${seen.length} looks of others`);
}

/** What a process tells, and the line of the log in which it does. */
function newsIn(call: Call): readonly (DeedNews & { at: number })[] {
  return linesSaid(call)
    .filter((line) => line.startsWith('{"deed"'))
    .map((line) => ({ ...(JSON.parse(line) as DeedNews), at: call.begun }));
}

/** Whether it is a sync of a file in which the storage keeps what is stored, or of a folder of it; or a write that is one as well. */
function makesDurable(
  call: Call,
  writtenThrough: readonly string[],
  { facts }: Context,
  storage: string,
): boolean {
  if (Number.parseInt(call.result, 10) < 0) return false;
  // It names memory, and nobody but an engine has files there.
  if (call.name === "msync") return call.args.includes("MS_SYNC");
  const file = fileOf(call);
  if (file === undefined) return false;
  const stored = storedFile(facts.files, storage, file);
  if (file !== storage && (stored === undefined || stored.expendable)) return false;
  if (call.name === "fsync" || call.name === "fdatasync") return true;
  return writtenThrough.some((handle) => call.args.startsWith(`${handle},`));
}
