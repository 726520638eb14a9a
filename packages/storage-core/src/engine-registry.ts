/**
 * The engines that are open in this thread, one for each real path and mode, shared by all storages on it.
 *
 * A storage that only reads shares the engine of those that write. Where it comes first, it has an engine of its own, which
 * cannot write, and the first one that writes opens another beside it. (Where the driver cannot open read-only, its engine can
 * always write, and there is only one.) The last storage to let go closes the engine.
 */
import { CommitQueue } from "./commit-queue.ts";
import type { Driver } from "./driver.ts";
import { DuplicateStorageError, StorageNotFoundError } from "./errors.ts";
import { GuardedEngine, wrapped } from "./guarded-engine.ts";
import { identityOf, movedError, realPath } from "./location.ts";
import type { CheckedOpenOptions } from "./options.ts";
import { deadlineIn, untilFree } from "./wait.ts";

/** An engine, as one of its storages holds it. */
export interface SharedEngine {
  readonly path: string;
  readonly queue: CommitQueue;
  /** Lets go. To be called once. */
  release(): Promise<void>;
}

interface OpenEngine {
  readonly engine: GuardedEngine;
  readonly queue: CommitQueue;
  /** The file or folder that it is; its path may belong to another one by now. */
  readonly identity: string | undefined;
  storages: number;
}

const open = new Map<string, OpenEngine>();
/** Opening and closing on one path, one after another. */
const busy = new Map<string, Promise<unknown>>();

export async function acquireEngine(
  driver: Driver,
  given: string,
  options: CheckedOpenOptions,
): Promise<SharedEngine> {
  const onDisk = driver.facts.location === "path";
  const path = onDisk ? realPath(given) : given;
  const identify = (): string | undefined => (onDisk ? identityOf(path) : path);
  const place = `${driver.name}:${path}`;
  return await inTurn(place, async () => {
    const shared = findOpen(driver, place, options.readonly, identify());
    if (shared !== undefined) {
      if (options.create === true) throw exists(path);
      return lease(shared.key, place, path, shared.found);
    }
    const doing = `opening ${path}`;
    const opened = await untilFree(
      () => openOrCreate(driver, path, options, doing),
      deadlineIn(options.timeout),
      `${path}, which another process or thread keeps locked`,
    );
    const identity = identify();
    const engine = new GuardedEngine(opened, driver.name, () => {
      if (identify() !== identity) throw movedError(path);
    });
    const { processes, threads } = driver.facts;
    const isShared = processes === "shared" || threads === "shared";
    const queue = new CommitQueue(engine, path, isShared);
    const key = keyOf(place, options.readonly && driver.facts.readonly === "engine");
    const found: OpenEngine = { engine, queue, identity, storages: 0 };
    open.set(key, found);
    return lease(key, place, path, found);
  });
}

/** Leaves the engine on a path to those who have it: the next one to open the path gets another. */
export function disownEngine(driver: Driver, path: string): void {
  for (const readonly of [true, false]) open.delete(keyOf(`${driver.name}:${path}`, readonly));
}

function keyOf(place: string, readonly: boolean): string {
  return `${readonly ? "r" : "w"}:${place}`;
}

/** An open engine that will do. One whose file is gone from its path is left to those who have it. */
function findOpen(
  driver: Driver,
  place: string,
  readonly: boolean,
  identity: string | undefined,
): { key: string; found: OpenEngine } | undefined {
  const modes = readonly && driver.facts.readonly === "engine" ? [false, true] : [false];
  for (const mode of modes) {
    const key = keyOf(place, mode);
    const found = open.get(key);
    if (found !== undefined && identity !== undefined && found.identity === identity) {
      return { key, found };
    }
  }
  return undefined;
}

async function openOrCreate(
  driver: Driver,
  path: string,
  { create, readonly, own }: CheckedOpenOptions,
  doing: string,
) {
  const attempt = async (creating: boolean) => {
    try {
      return await driver.open(path, { ...own, create: creating, readonly });
    } catch (error) {
      throw wrapped(error, driver.name, doing);
    }
  };
  if (create !== "if-missing") return await attempt(create);
  try {
    return await attempt(false);
  } catch (error) {
    if (!(error instanceof StorageNotFoundError)) throw error;
  }
  try {
    return await attempt(true);
  } catch (error) {
    // Somebody else was quicker, and has made what can be opened now.
    if (!(error instanceof DuplicateStorageError)) throw error;
  }
  return await attempt(false);
}

function exists(path: string): DuplicateStorageError {
  return new DuplicateStorageError(
    `there is a storage at ${path} already; open it without create, or with create: "if-missing"`,
  );
}

function lease(key: string, place: string, path: string, found: OpenEngine): SharedEngine {
  found.storages++;
  return {
    path,
    queue: found.queue,
    release: () =>
      inTurn(place, async () => {
        found.storages--;
        if (found.storages > 0) return;
        if (open.get(key) === found) open.delete(key);
        await found.engine.close();
      }),
  };
}

/** Runs the action when those before it on the same place have settled. */
async function inTurn<T>(place: string, action: () => Promise<T>): Promise<T> {
  const result = (busy.get(place) ?? Promise.resolve()).then(action, action);
  busy.set(place, result);
  try {
    return await result;
  } finally {
    if (busy.get(place) === result) busy.delete(place);
  }
}
