/**
 * A worker thread that makes the commits of a database, so that neither the work nor the syncs hold up the event loop of those who read.
 *
 * It has a connection of its own, and is to SQLite what another process would be. So it cannot use the lock of a snapshot's connection to find conflicts, and finds
 * them in two steps:
 *
 * 1. The worker says which version of the database it sees (`PRAGMA data_version`).
 * 2. The snapshot's connection asks for the write lock, and gets it if nobody has committed since the snapshot; it gives it back at once.
 * 3. The worker takes the lock, and commits if the version is still the same.
 *
 * Whoever committed before the second step is found by it; whoever committed after the first step is found by the third, but for the worker itself, which commits one
 * thing after another. A commit between the first and the second is found by both. As the snapshot is older than the first step, nobody is found who is no conflict.
 */
import { Worker } from "node:worker_threads";
import {
  type Changes,
  crowded,
  type Durability,
  nextTurn,
  StorageIOError,
} from "@caterpillar/storage-core/driver";
import { codeOf } from "./errors.ts";
import { pack } from "./parcels.ts";
import type { Reply, Request, WorkerSettings } from "./worker-messages.ts";

/** Beside this file, with its ending: sources run as they are. */
const ENTRY = new URL(`./worker-entry${import.meta.url.slice(-3)}`, import.meta.url);

/** Says how code of the command line is to be read. A worker takes it over, and refuses to start from a file then. */
const FOR_COMMAND_LINE = "--input-type";
/** What goes along to a worker where that is left out: how modules are found and loaded. Options of the whole process would be refused. */
const FOR_MODULES = /^--(conditions|import|require|preserve-symlinks)\b/;

interface Running {
  readonly worker: Worker;
  readonly ended: Promise<void>;
  asked: { resolve(reply: Reply): void; reject(error: unknown): void } | undefined;
}

export class CommitWorker {
  readonly #path: string;
  #running: Running | undefined;
  /** What the worker has all parts of. */
  #sent: Changes | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Starts the worker, and its connection. Does nothing where it runs; one that has died is replaced. */
  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const settings: WorkerSettings = { path: this.#path };
    const isForCommandLine = process.execArgv.some((one) => one.startsWith(FOR_COMMAND_LINE));
    const worker = new Worker(ENTRY, {
      name: "caterpillar-storage-sqlite",
      workerData: settings,
      ...(isForCommandLine
        ? { execArgv: process.execArgv.filter((one) => FOR_MODULES.test(one)) }
        : {}),
    });
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const running: Running = { worker, ended, asked: undefined };
    this.#running = running;
    this.#sent = undefined;
    let failure: unknown;
    worker.on("message", (reply: Reply) => settle(running)?.resolve(reply));
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      if (this.#running === running) this.#running = undefined;
      settle(running)?.reject(failure ?? new Error(`the worker thread ended with code ${code}`));
      end();
    });
    try {
      await answerOf(running);
    } catch (error) {
      await this.#untilEnded(running);
      if (codeOf(error).startsWith("SQLITE_")) throw error;
      throw new StorageIOError(
        `the worker thread for ${this.#path} cannot be started: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  /** The version of the database that the worker sees. */
  async version(): Promise<number> {
    return (await this.#ask({ kind: "version" })) as number;
  }

  /** Hands the changes over, in slices. What was handed over already and not forgotten, as for another try, is not sent again. */
  async send(changes: Changes): Promise<void> {
    if (this.#sent === changes) return;
    this.forget();
    try {
      for (const parcel of pack(changes)) {
        this.#post({ kind: "parcel", parcel });
        if (crowded()) await nextTurn();
      }
    } catch (error) {
      this.#post({ kind: "forget" });
      throw error;
    }
    this.#sent = changes;
  }

  /** Drops what was sent and not committed. */
  forget(): void {
    if (this.#sent !== undefined) this.#post({ kind: "forget" });
    this.#sent = undefined;
  }

  /** Commits what was sent. With a version: `TransactionConflictError` where the worker sees another one by now. */
  async commit(durability: Durability, version: number | undefined): Promise<void> {
    await this.#ask({ kind: "commit", durability, version });
    this.#sent = undefined;
  }

  async close(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    try {
      await this.#ask({ kind: "close" });
    } finally {
      await this.#untilEnded(running);
    }
  }

  #post(request: Request): void {
    this.#running?.worker.postMessage(request);
  }

  async #ask(request: Request): Promise<number | undefined> {
    const running = this.#running;
    if (running === undefined) throw new Error("the worker thread has ended");
    running.worker.postMessage(request);
    return await answerOf(running);
  }

  /** It ends by itself, when its connection is closed: a thread that is terminated may be in the middle of anything. */
  async #untilEnded(running: Running): Promise<void> {
    if (this.#running === running) this.#running = undefined;
    running.worker.ref();
    await running.ended;
  }
}

/** What the worker answers to what it was asked last. Until it does, the process does not end by itself. */
async function answerOf(running: Running): Promise<number | undefined> {
  running.worker.ref();
  try {
    const reply = await new Promise<Reply>((resolve, reject) => {
      running.asked = { resolve, reject };
    });
    if (reply.ok) return reply.version;
    throw Object.assign(reply.error, { code: reply.code });
  } finally {
    running.worker.unref();
  }
}

/** Who is waiting for an answer; from now on, nobody is. */
function settle(running: Running): Running["asked"] {
  const { asked } = running;
  running.asked = undefined;
  return asked;
}
