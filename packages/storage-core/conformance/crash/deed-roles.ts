/** What processes do that are to end in the middle of something: deeds, and then the end that they were told. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Durability } from "../../src/driver.ts";
import type { StorageOpener } from "../../src/open-storage.ts";
import type { Storage } from "../../src/storage.ts";
import { ENTRY } from "../child-run.ts";
import { contentsOf } from "../context.ts";
import { letTurn } from "../event-loop.ts";
import { tell, toldToGo } from "../telling.ts";
import { type Deed, deeds, type Placed, placed, someDeeds, unfinishedDeeds } from "./deeds.ts";

/** How a process ends that has done its deeds. */
export type Ending =
  /** It closes its storages, and has nothing left to do. */
  | "closes"
  /** It calls `process.exit()`, with its storages open. */
  | "exits"
  /** It is killed, by itself: nobody else could be so quick. */
  | "is killed";

/** Does all deeds at once, tells when all are acknowledged, and ends in the same moment. The deed of the number is begun last. */
export async function perform(
  storage: StorageOpener,
  [ending, prefix, last, durability]: readonly string[],
): Promise<void> {
  const all = placed(deeds, prefix as string);
  const inOrder = [...all.slice(Number(last) + 1), ...all.slice(0, Number(last) + 1)];
  const options = { durability: durability as Durability };
  const opened = await Promise.all(inOrder.map(({ path }) => storage.open(path, options)));
  await Promise.all(inOrder.map(({ act }, i) => act(opened[i] as Storage)));
  tell("acknowledged");
  switch (ending as Ending) {
    case "closes":
      for (const each of opened) await each.close();
      return;
    case "exits":
      return process.exit();
    case "is killed":
      process.kill(process.pid, "SIGKILL");
  }
}

/** Begins all deeds that are not finished, and is killed so. */
export async function leaveUnfinished(
  storage: StorageOpener,
  [prefix]: readonly string[],
): Promise<void> {
  await beginAll(storage, prefix as string);
  tell("begun");
  process.kill(process.pid, "SIGKILL");
}

/** Begins all deeds that are not finished, gives them up, and is killed so many turns of the event loop later; tells how many were over. */
export async function abandon(
  storage: StorageOpener,
  [prefix, turns]: readonly string[],
): Promise<void> {
  const all = await beginAll(storage, prefix as string);
  let over = 0;
  const ends = all.map(async (one) => {
    await one.abandon();
    over++;
  });
  if (Number(turns) > 0) await letTurn(Number(turns));
  tell({ over, of: ends.length });
  process.kill(process.pid, "SIGKILL");
}

/** Begins all deeds that are not finished, waits, and finishes them; tells how that went with each. */
export async function holdUnfinished(
  storage: StorageOpener,
  [prefix]: readonly string[],
): Promise<void> {
  const all = await beginAll(storage, prefix as string);
  await toldToGo();
  const ends = await Promise.allSettled(all.map((one) => one.finish()));
  tell(ends.map((end) => (end.status === "fulfilled" ? "ok" : end.reason.code)));
  for (const { opened } of all) await opened.close();
}

async function beginAll(storage: StorageOpener, prefix: string) {
  return await Promise.all(
    placed(unfinishedDeeds, prefix).map(async ({ path, begin }) => {
      const opened = await storage.open(path);
      return { opened, ...(await begin(opened)) };
    }),
  );
}

/** What one tells who is watched while it does its deeds: what begins to be done, is acknowledged, or was seen by somebody else. */
export interface DeedNews {
  readonly deed: string;
  readonly is: "begun" | "acknowledged" | "seen";
  /** Who has seen it. */
  readonly by?: string;
}

/** What one tells first who is watched: which of its files it has open so that each write is a sync as well, as strace writes them. */
export interface WatchedFiles {
  readonly writtenThrough: readonly string[];
}

/**
 * Does some deeds, one after another, as soon as it is told to, while another storage in this thread looks, and another process where processes share
 * storages. What they see, and what is acknowledged, is told in the order in which it happens.
 */
export async function performWatched(
  storage: StorageOpener,
  [prefix]: readonly string[],
): Promise<void> {
  const [module] = process.argv.slice(2);
  const shared = storage.driver.facts.processes === "shared";
  const entry = fileURLToPath(ENTRY);
  const watcher =
    shared &&
    spawn(
      process.execPath,
      [...process.execArgv, entry, module as string, "watchDeeds", prefix as string],
      { stdio: ["pipe", "inherit", "inherit"] },
    );
  const all = [];
  for (const deed of placed(someDeeds, prefix as string)) {
    const own = await storage.open(deed.path);
    // Engines sync more at the first commit than at the others.
    await own.setContainerItem("c", "first", "1");
    await own.deleteContainerItem("c", "first");
    all.push({ deed, own, other: await storage.open(deed.path) });
  }
  const files: WatchedFiles = { writtenThrough: filesWrittenThrough() };
  tell(files);
  await toldToGo();
  if (watcher) watcher.stdin?.write("go\n");
  for (const { deed, own, other } of all) {
    const looking = look(other, deed, "another storage of its thread");
    news({ deed: deed.name, is: "begun" });
    await deed.act(own);
    news({ deed: deed.name, is: "acknowledged" });
    await looking;
  }
  for (const { own, other } of all) {
    await own.close();
    await other.close();
  }
}

/** Linux has these: O_DSYNC, and O_SYNC, which has the bit of the other in it. */
const WRITTEN_THROUGH = 0o10000;

function filesWrittenThrough(): string[] {
  return readdirSync("/proc/self/fdinfo").flatMap((handle) => {
    try {
      const info = readFileSync(`/proc/self/fdinfo/${handle}`, "latin1");
      const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? "0", 8);
      if ((flags & WRITTEN_THROUGH) === 0) return [];
      return [`${handle}<${readlinkSync(`/proc/self/fd/${handle}`)}>`];
    } catch {
      // It was the handle of this very listing.
      return [];
    }
  });
}

/** Looks for the deeds that another process does, one after another, as soon as it is told to. */
export async function watchDeeds(
  storage: StorageOpener,
  [prefix]: readonly string[],
): Promise<void> {
  const all = placed(someDeeds, prefix as string);
  const opened = await Promise.all(all.map(({ path }) => storage.open(path, { readonly: true })));
  await toldToGo();
  for (const [i, deed] of all.entries()) await look(opened[i] as Storage, deed, "another process");
  for (const each of opened) await each.close();
}

/** Looks again and again until the deed is done, and tells when that was seen. */
async function look(storage: Storage, deed: Placed<Deed>, by: string): Promise<void> {
  const readAll = (): Promise<unknown> => storage.transaction(contentsOf, { readonly: true });
  while (isDeepStrictEqual(await readAll(), deed.before)) await sleep(1);
  news({ deed: deed.name, is: "seen", by });
}

function news(what: DeedNews): void {
  tell(what);
}
