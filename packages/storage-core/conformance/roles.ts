/** What a process or a thread that a check starts can do. Each role tells the check every thing that it should know. */
import { parentPort } from "node:worker_threads";
import type { StorageOpener } from "../src/open-storage.ts";
import type { OpenOptions } from "../src/options.ts";
import { contentsOf } from "./context.ts";
import { increment } from "./counter.ts";
import {
  abandon,
  holdUnfinished,
  leaveUnfinished,
  perform,
  performWatched,
  watchDeeds,
} from "./crash/deed-roles.ts";
import { commitNumbered } from "./crash/numbered-commits.ts";
import { createMany, goThrough } from "./crash/passages.ts";
import { endThreadsHere } from "./crash/thread-ends.ts";
import { letTurn } from "./event-loop.ts";
import { runSessions } from "./history/session-role.ts";
import { runActors } from "./model/actors.ts";
import { Session } from "./session.ts";
import { obey } from "./subject-calls.ts";
import { tell, texts, toldToGo } from "./telling.ts";

export type Role =
  | "leaveOpen"
  | "create"
  | "join"
  | "read"
  | "open"
  | "reopen"
  | "openAndClose"
  | "increment"
  | "commitNumbered"
  | "perform"
  | "leaveUnfinished"
  | "abandon"
  | "holdUnfinished"
  | "performWatched"
  | "watchDeeds"
  | "createMany"
  | "goThrough"
  | "endThreads"
  | "session"
  | "recordHistory"
  | "obey"
  | "actors";

export type RoleFunction = (storage: StorageOpener, args: readonly string[]) => Promise<void>;

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}

export const roles: Readonly<Record<Role, RoleFunction>> = {
  /** Creates a storage with a container, begins a transaction, leaves an iteration open, and just ends: nothing must hold the process. */
  async leaveOpen(storage: StorageOpener, [path]: readonly string[]): Promise<void> {
    const opened = await storage.open(path as string, { create: true });
    await opened.addContainer("c");
    await opened.setContainerItems("c", { a: "1", b: "2" });
    await opened.container("c").entries().next();
    await opened.begin();
    await opened.setContainerItem("c", "uncommitted", "x");
    tell("left open");
  },

  /** Creates storages one after another as soon as it is told to, and tells how each went. */
  async create(storage: StorageOpener, paths: readonly string[]): Promise<void> {
    await toldToGo();
    for (const path of paths) {
      try {
        const opened = await storage.open(path, { create: true });
        tell("created");
        await opened.close();
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },

  /** Opens or creates storages as soon as it is told to, and adds a container of its own to each. */
  async join(storage: StorageOpener, paths: readonly string[]): Promise<void> {
    await toldToGo();
    for (const path of paths) {
      try {
        const opened = await storage.open(path, { create: "if-missing" });
        await opened.addContainer(`of process ${process.pid}`);
        await opened.close();
        tell("joined");
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },

  /** Tells of each storage all that is in it, or why it cannot be opened. */
  async read(storage: StorageOpener, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      try {
        const opened = await storage.open(path, { readonly: true });
        tell(await contentsOf(opened));
        await opened.close();
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },
  /** Each time that it is told to, opens the storage with the next options, and tells what is in it, or why it cannot be opened. */
  async open(storage: StorageOpener, [path, ...attempts]: readonly string[]): Promise<void> {
    for (const attempt of attempts) {
      await toldToGo();
      // Who waits for somebody else to let go does so for ever, and that is seen.
      const options: OpenOptions = { timeout: Number.POSITIVE_INFINITY, ...JSON.parse(attempt) };
      try {
        const opened = await storage.open(path as string, options);
        const contents = await contentsOf(opened);
        await opened.close();
        tell(contents);
      } catch (error) {
        tell(codeOf(error));
      }
    }
  },

  /** Opens and closes the storage, again and again, until it is told to go on; tells how often. */
  async reopen(storage: StorageOpener, [path]: readonly string[]): Promise<void> {
    let over = false;
    const told = toldToGo().then(() => {
      over = true;
    });
    let times = 0;
    for (; !over; times++) {
      const opened = await storage.open(path as string);
      await opened.close();
      await letTurn(1);
    }
    await told;
    tell(times);
  },

  /** Opens and closes the storage so many times as soon as it is told to; tells when it has. */
  async openAndClose(storage: StorageOpener, [path, times]: readonly string[]): Promise<void> {
    await toldToGo();
    for (let i = 0; i < Number(times); i++) {
      const opened = await storage.open(path as string);
      await opened.close();
    }
    tell("done");
  },

  /** Opens the storage, and increments its counter as soon as it is told to, so often and on until it is told again; tells how that went. */
  async increment(storage: StorageOpener, [path, times]: readonly string[]): Promise<void> {
    const opened = await storage.open(path as string);
    await toldToGo();
    const report = await increment(opened, Number(times), toldToGo);
    await opened.close();
    tell(report);
  },

  commitNumbered,
  perform,
  leaveUnfinished,
  abandon,
  holdUnfinished,
  performWatched,
  watchDeeds,
  createMany,
  goThrough,
  endThreads: endThreadsHere,

  /**
   * Sessions of schedules, one after another. `at <path>` begins one, which opens the storage at its first step; each other text is a step,
   * and is answered with what it comes to; `leave` closes what is open, and is answered when that is done; `end` ends it all.
   */
  async session(storage: StorageOpener): Promise<void> {
    tell("ready");
    let session: Session | undefined;
    for await (const text of texts()) {
      if (text === "end") break;
      if (text.startsWith("at ")) session = new Session(() => storage.open(text.slice(3)));
      else if (text === "leave") tell(await session?.close());
      else tell(await session?.step(text));
    }
    if (parentPort === null) process.stdin.pause();
  },

  /** Runs sessions of a history as soon as it is told to; tells what each of their transactions was answered. */
  recordHistory: (storage, args) => runSessions(storage, args, tell, toldToGo),

  /** Does what it is told, call by call, and tells what each comes to. */
  async obey(storage: StorageOpener): Promise<void> {
    await obey(storage, texts(), tell);
    if (parentPort === null) process.stdin.pause();
  },

  /** Sessions of a model, which make one call after another: see {@link runActors}. */
  actors: async (storage) => {
    await runActors(storage, tell, texts());
    if (parentPort === null) process.stdin.pause();
  },
};
