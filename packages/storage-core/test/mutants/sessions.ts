/** What mutants of whole sessions are made with: writes that go around the transaction, and what the sessions of one path share. */
import type { Storage } from "@caterpillar/storage-core";
import { MemoryStorage } from "@caterpillar/storage-core/memory";

/** Does something outside of the transaction that the storage has begun, at once. */
export async function aside<T>(
  storage: Storage,
  action: (other: Storage) => Promise<T>,
): Promise<T> {
  const other = await MemoryStorage.open(storage.path);
  try {
    return await action(other);
  } finally {
    await other.close();
  }
}

/** One object for all storages on a path, made for the first. */
export function sharedByPath<T>(make: () => T): (storage: Storage) => T {
  const shared = new Map<string, T>();
  return ({ path }) => {
    const found = shared.get(path) ?? make();
    shared.set(path, found);
    return found;
  };
}

/** Whether the storage has begun a transaction, kept by its own calls: spread `calls` into the mutant. */
export function watchBegun(storage: Storage): {
  readonly begun: () => boolean;
  readonly calls: Pick<Storage, "begin" | "commit" | "rollback">;
} {
  let begun = false;
  const end = (how: "commit" | "rollback") => async (): Promise<void> => {
    begun = false;
    await storage[how]();
  };
  return {
    begun: () => begun,
    calls: {
      begin: async () => {
        const tx = await storage.begin();
        begun = true;
        return tx;
      },
      commit: end("commit"),
      rollback: end("rollback"),
    },
  };
}
