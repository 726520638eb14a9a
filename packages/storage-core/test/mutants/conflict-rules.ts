/** Engines with another rule of what conflicts: they decide by themselves, and write without a base what they take to be free of it. */
import type {
  Changes,
  ContainerChanges,
  Engine,
  Snapshot,
  Value,
  WriteOptions,
} from "@caterpillar/storage-core/driver";
import { TransactionConflictError } from "@caterpillar/storage-core/driver";
import { inEngine, type Mutant, replace } from "./mutant.ts";

/** The newest state; the memory driver answers at once. */
export function newestOf(engine: Engine): Snapshot {
  return engine.snapshot("process-crash") as Snapshot;
}

/** What a transaction wants to commit, what it has seen, and what there is now. */
export interface Commit {
  readonly changes: Changes;
  readonly base: Snapshot;
  readonly newest: Snapshot;
}

/** An engine that refuses a transaction where the rule says so, and else writes it, whoever has committed in between. */
export function inRule(
  name: string,
  killedBy: string,
  conflicts: (commit: Commit) => boolean,
): Mutant {
  return inEngine(name, killedBy, (engine) => ({
    async write(changes, { base, durability }) {
      if (base !== undefined) {
        const newest = newestOf(engine);
        if (conflicts({ changes, base, newest })) throw new TransactionConflictError();
      }
      await engine.write(changes, { base: undefined, durability });
    },
  }));
}

/** Like {@link inRule}, with the keys that the transaction has asked for. */
export function inReadSet(
  name: string,
  killedBy: string,
  conflicts: (commit: Commit, reads: readonly ReadKey[]) => boolean,
): Mutant {
  return inEngine(name, killedBy, (engine) => {
    const readBy = new Map<Snapshot | undefined, ReadKey[]>();
    return {
      snapshot: () => {
        const reads: ReadKey[] = [];
        const inner = newestOf(engine);
        const watched = replace(inner, {
          get: (container, key, as) => {
            reads.push([container, key]);
            return inner.get(container, key, as);
          },
          getMany: (container, keys, as) => {
            for (const key of keys) reads.push([container, key]);
            return inner.getMany(container, keys, as);
          },
        });
        readBy.set(watched, reads);
        return watched;
      },
      async write(changes, { base, durability }) {
        const reads = readBy.get(base) ?? [];
        if (base !== undefined && conflicts({ changes, base, newest: newestOf(engine) }, reads)) {
          throw new TransactionConflictError();
        }
        await engine.write(changes, { base: undefined, durability });
      },
    };
  });
}

export type ReadKey = readonly [container: string, key: string];

/** An engine that does something else where a transaction conflicts. */
export function atConflict(
  name: string,
  killedBy: string,
  act: (
    conflict: TransactionConflictError,
    engine: Engine,
    changes: Changes,
    options: WriteOptions,
  ) => unknown,
): Mutant {
  return inEngine(name, killedBy, (engine) => ({
    async write(changes, options) {
      try {
        await engine.write(changes, options);
      } catch (error) {
        if (!(error instanceof TransactionConflictError) || options.base === undefined) throw error;
        await act(error, engine, changes, options);
      }
    },
  }));
}

/** Whether somebody has changed a key that is to be written, or the container around it. */
export function sameKey({ changes, base, newest }: Commit): boolean {
  return changes.some(({ container, action, entries }) => {
    if (base.has(container) !== newest.has(container)) return true;
    if (action === "create") return false;
    if (action !== "keep") return contentsOf(base, container) !== contentsOf(newest, container);
    for (const [key] of entries) {
      if (base.get(container, key, "text") !== newest.get(container, key, "text")) return true;
    }
    return false;
  });
}

/** Whether somebody has changed a container that is to be written. */
export function sameContainer({ changes, base, newest }: Commit): boolean {
  return changes.some(
    ({ container }) => contentsOf(base, container) !== contentsOf(newest, container),
  );
}

/** Whether somebody has changed anything at all. */
export function anything({ base, newest }: Commit): boolean {
  const names = [base, newest].flatMap((snapshot) => [...(snapshot.containers() as string[])]);
  return names.some((container) => contentsOf(base, container) !== contentsOf(newest, container));
}

/** Whether any container is changed like that. */
export function some(
  { changes }: Pick<Commit, "changes">,
  like: (change: ContainerChanges) => boolean,
): boolean {
  return changes.some(like);
}

/** Whether anything is to be deleted from a container. */
export function deletes(change: ContainerChanges): boolean {
  return entriesOf(change).some(([, value]) => value === null);
}

/** The entries as a list: the pairs may be reused by the iterator. */
export function entriesOf({ entries }: ContainerChanges): (readonly [string, Value | null])[] {
  return Array.from(entries, ([key, value]) => [key, value] as const);
}

function contentsOf(snapshot: Snapshot, container: string): string {
  if (!snapshot.has(container)) return "missing";
  const range = { start: "", end: undefined, reverse: false, limit: 1000, bytes: 1e6 };
  return JSON.stringify(snapshot.page(container, range, "text"));
}
