/** The worker: one connection, and the commits that are made on it. What it is asked is in worker-messages.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { TransactionConflictError } from "@caterpillar/storage-core/driver";
import { Commits } from "./commits.ts";
import { type Connection, connect } from "./connection.ts";
import { codeOf } from "./errors.ts";
import { type Parcel, unpack } from "./parcels.ts";
import { loadSqlite } from "./sqlite.ts";
import type { CommitRequest, Reply, Request, WorkerSettings } from "./worker-messages.ts";

/**
 * How long a commit whose base was found to be the newest state waits for the lock of others, in milliseconds. The base is gone by then, so that
 * it could not be tried again.
 */
const PATIENCE_MS = 100;

const { path } = workerData as WorkerSettings;
const commits = new Commits();
let parcels: Parcel[] = [];

async function answer(act: () => number | void | Promise<void>): Promise<void> {
  let reply: Reply;
  try {
    reply = { ok: true, version: (await act()) ?? undefined };
  } catch (error) {
    reply = { ok: false, error: error as Error, code: codeOf(error) };
  }
  parentPort?.postMessage(reply);
}

async function commit(
  connection: Connection,
  { durability, version }: CommitRequest,
): Promise<void> {
  const changes = unpack(parcels);
  if (version === undefined) {
    await commits.makeBlind(connection, changes, durability);
  } else {
    connection.sync(durability);
    connection.lock(PATIENCE_MS);
    if (version !== connection.version()) {
      connection.rollback();
      throw new TransactionConflictError();
    }
    await commits.make(connection, changes);
  }
  parcels = [];
}

function serve(connection: Connection, request: Request): void {
  switch (request.kind) {
    case "version":
      return void answer(() => connection.version());
    case "parcel":
      return void parcels.push(request.parcel);
    case "forget":
      parcels = [];
      return;
    case "commit":
      return void answer(() => commit(connection, request));
    case "close":
      // Nothing keeps it alive then.
      parentPort?.unref();
      return void answer(() => connection.close());
  }
}

await answer(async () => {
  const connection = connect(await loadSqlite(), path, { readonly: false });
  parentPort?.on("message", (request: Request) => serve(connection, request));
});
