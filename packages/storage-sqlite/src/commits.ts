/** Makes commits on connections: in the thread of the storage, or in one of its own. */
import {
  type Changes,
  type ContainerChanges,
  crowded,
  type Durability,
  nextTurn,
  TransactionConflictError,
} from "@caterpillar/storage-core/driver";
import type { Connection } from "./connection.ts";
import { codeOf } from "./errors.ts";

/** How many small items are written between two looks at the clock; after a larger one, it is looked at. */
const STRIDE = 16;
const LARGE = 4096;

export class Commits {
  /** Whether there may be tables whose rows are to be deleted: of an earlier process, or of a container that was cleared or deleted. */
  #mayCollect = true;

  /** Makes a commit that has no base, on a connection without a transaction. */
  async makeBlind(connection: Connection, changes: Changes, durability: Durability): Promise<void> {
    connection.sync(durability);
    if (this.#makeSingle(connection, changes)) return;
    connection.lock();
    await this.make(connection, changes);
  }

  /**
   * Makes a commit of one item in one statement, which is a transaction by itself: a third of the calls. Answers whether it was made; if not, nothing was changed, and it
   * takes the long way: the container or its table may be unknown, rows are to be collected, or the item is as it was, which is a commit as well.
   */
  #makeSingle(connection: Connection, changes: Changes): boolean {
    const [change] = changes;
    if (this.#mayCollect || changes.length !== 1 || change?.action !== "keep") return false;
    const table = change.size === 1 ? connection.knownTableOf(change.container) : undefined;
    if (table === undefined) return false;
    try {
      const { set, remove } = connection.writesTo(table);
      for (const [key, value] of change.entries) {
        return (value === null ? remove.run(key) : set.run(key, value)).changes > 0;
      }
      return false;
    } catch (error) {
      // There is no such table any more.
      if (codeOf(error) === "SQLITE_ERROR") return false;
      throw error;
    }
  }

  /** Applies the changes on a connection that holds the write lock, and commits them. Rolls back where that fails, and throws what SQLite threw. */
  async make(connection: Connection, changes: Changes): Promise<void> {
    try {
      let changed = false;
      for (const change of changes) {
        if (await apply(connection, change)) changed = true;
        if (crowded()) await nextTurn();
      }
      if (!changed) connection.run("UPDATE empty_commits SET n = n + 1");
      // In commits that are made anyway: one for this alone would be a conflict for others.
      const isLeft = this.#mayCollect && connection.collect();
      connection.commit();
      this.#mayCollect = isLeft || changes.some(({ action }) => leaves(action));
    } catch (error) {
      connection.rollback();
      throw error;
    }
  }
}

/** Whether it may leave a table whose rows are to be deleted. */
function leaves(action: ContainerChanges["action"]): boolean {
  return action === "clear" || action === "delete";
}

/** Applies what happens to one container, in slices that leave the event loop alive. Answers whether a row was changed. */
async function apply(connection: Connection, change: ContainerChanges): Promise<boolean> {
  const { container, action, entries } = change;
  const known = connection.tableOf(container);
  if ((known === undefined) !== (action === "create")) throw new TransactionConflictError();
  const table = known ?? connection.createTable(container);
  if (action === "delete") {
    connection.dropTable(container, table);
    return true;
  }
  const cleared =
    action === "clear" ? connection.clearTable(container, table) : { table, changed: false };
  let changes = known === undefined || cleared.changed ? 1 : 0;
  const { set, remove } = connection.writesTo(cleared.table);
  let count = 0;
  for (const [key, value] of entries) {
    changes += (value === null ? remove.run(key) : set.run(key, value)).changes;
    const isLooked = ++count % STRIDE === 0 || (value !== null && value.length > LARGE);
    if (isLooked && crowded()) await nextTurn();
  }
  return changes > 0;
}
