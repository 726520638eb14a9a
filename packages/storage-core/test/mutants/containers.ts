/** Drivers that mistake one container for another, or do not make and delete them as they should. */
import type { Storage } from "@caterpillar/storage-core";
import { type Snapshot, StorageLimitError } from "@caterpillar/storage-core/driver";
import { inWrite, type WrittenEntry } from "./engine-parts.ts";
import { inEngine, inStorage, type Mutant } from "./mutant.ts";
import { inTransaction } from "./openers.ts";
import { aside } from "./sessions.ts";

/** A container comes into being under another name than it was given. */
const added = (name: string, killedBy: string, rename: (id: string) => string): Mutant =>
  inStorage(name, killedBy, (storage) => ({
    addContainer: async (id: string) => storage.addContainer(rename(id)),
  }));

const adding: readonly Mutant[] = [
  inStorage("a duplicate is emptied", "CONT-01", (storage) => ({
    addContainer: async (id: string) => {
      try {
        await storage.addContainer(id);
      } catch (error) {
        await storage.clearContainer(id);
        throw error;
      }
    },
  })),
  inStorage("a duplicate is taken as it is", "CONT-01", (storage) => ({
    addContainer: (id: string) => storage.addContainer(id).catch(() => {}),
  })),
  inStorage("a missing container is made by a write", "CONT-02", (storage) => ({
    setContainerItem: async (id: string, key: string, value: string) => {
      if (!(await storage.hasContainer(id))) await storage.addContainer(id);
      await storage.setContainerItem(id, key, value);
    },
  })),
  inStorage("to delete from a missing container is silent", "CONT-02", (storage) => ({
    deleteContainerItems: (id: string, keys: string[]) =>
      storage.deleteContainerItems(id, keys).catch(() => {}),
  })),
  inEngine(
    "the short way to a value takes a missing container for an empty one",
    "CONT-02",
    (engine) => ({
      get: (...args) => engine.get?.(...args) ?? undefined,
    }),
  ),
  inStorage("nothing is read from a missing container", "CONT-02", (storage) => ({
    getContainerItems: async (id: string, keys: string[]) =>
      keys.length === 0 ? [] : await storage.getContainerItems(id, keys),
  })),
  inStorage("nothing is written to a missing container", "CONT-02", (storage) => ({
    setContainerItems: async (id: string, items: object) => {
      if (Object.keys(items).length > 0) await storage.setContainerItems(id, items as []);
    },
  })),
  inStorage("an iteration of a missing container is empty", "CONT-02", (storage) => ({
    getContainerKeys: async function* (id: string) {
      if (await storage.hasContainer(id)) yield* storage.getContainerKeys(id);
    },
  })),
  returning("the items of a deleted container come back with its name", "CONT-03"),
  inStorage("clear leaves the containers", "CONT-09", (storage) => ({
    clear: async () => {
      for (const name of await storage.listContainers()) await storage.clearContainer(name);
    },
  })),
  inStorage("clear forgets the empty containers", "CONT-09", (storage) => ({
    clear: async () => {
      for (const name of await storage.listContainers()) {
        if ((await storage.getContainerLen(name)) > 0) await storage.deleteContainer(name);
      }
    },
  })),
  inStorage("clearContainer deletes the container", "CONT-10", (storage) => ({
    clearContainer: (id: string) => storage.deleteContainer(id),
  })),
  inStorage("256 containers are listed", "CONT-12", (storage) => ({
    listContainers: async () => (await storage.listContainers()).slice(0, 256),
  })),
  inTransaction("a transaction takes a hundred containers", "CONT-12", (tx) => {
    let count = 0;
    return {
      addContainer: async (id: string) => {
        if (++count > 100) throw new StorageLimitError("too many containers");
        await tx.addContainer(id);
      },
    };
  }),
];

const named: readonly Mutant[] = [
  inStorage("containers are cleared by prefix", "CONT-04", (storage) => ({
    clearContainer: async (id: string) => {
      for (const name of await storage.listContainers()) {
        if (name.startsWith(id)) await storage.clearContainer(name);
      }
    },
  })),
  inTransaction("containers are deleted by prefix", "CONT-04", (tx) => ({
    deleteContainer: async (id: string) => {
      for (const name of await tx.listContainers()) {
        if (name.startsWith(id)) await tx.deleteContainer(name);
      }
    },
  })),
  added("names are folded to lower case", "CONT-05", (id) => id.toLowerCase()),
  added("names are normalised", "CONT-05", (id) => id.normalize("NFKC")),
  added("names are trimmed", "CONT-05", (id) => id.trim() || id),
  added("a NUL ends a name", "CONT-06", (id) => id.split("\0")[0] || id),
  added("quotes are doubled", "CONT-06", (id) => id.replaceAll("'", "''")),
  added("a byte order mark is dropped", "CONT-06", (id) => id.replace(/^\ufeff/, "")),
  added("names are cut at 255 bytes", "CONT-06", (id) => id.slice(0, 255)),
  inStorage("what objects have by themselves is there", "CONT-06", (storage) => ({
    hasContainer: async (id: string) => id in {} || (await storage.hasContainer(id)),
  })),
  joined("names and keys are joined with a NUL", "CONT-11", "\0"),
  joined("names and keys are joined with a slash", "CONT-11", "/"),
  added("a name that is too long is cut", "CONT-15", (id) =>
    typeof id === "string" ? id.slice(0, 512) : id,
  ),
  added("names are made of anything", "CONT-15", (id) =>
    typeof id === "number" || typeof id === "boolean" ? String(id) : id,
  ),
  inStorage("names are sorted as JavaScript sorts them", "CONT-16", (storage) => ({
    listContainers: async () => (await storage.listContainers()).sort(),
  })),
  inStorage("own containers are listed last", "CONT-16", (storage) => ({
    listContainers: async () => {
      const stored = await aside(storage, (other) => other.listContainers());
      const all = await storage.listContainers();
      return [
        ...all.filter((name) => stored.includes(name)),
        ...all.filter((name) => !stored.includes(name)),
      ];
    },
  })),
];

const inTransactions: readonly Mutant[] = [
  inStorage("a new container outlives a rollback", "CONT-07", (storage) => {
    let own: string[] = [];
    return {
      addContainer: async (id: string) => {
        await storage.addContainer(id);
        own.push(id);
      },
      rollback: async () => {
        await storage.rollback();
        for (const id of own) await storage.addContainer(id).catch(() => {});
        own = [];
      },
    };
  }),
  inStorage("a cleared container outlives a rollback", "CONT-07", (storage) => {
    const cleared: string[] = [];
    return {
      clearContainer: async (id: string) => {
        await storage.clearContainer(id);
        cleared.push(id);
      },
      rollback: async () => {
        await storage.rollback();
        for (const id of cleared.splice(0)) await storage.clearContainer(id);
      },
    };
  }),
  inStorage("the list of containers is that of now", "CONT-08", (storage) => {
    let own = false;
    const change = (call: (id: string) => Promise<void>) => async (id: string) => {
      own = true;
      await call(id);
    };
    return {
      addContainer: change((id) => storage.addContainer(id)),
      deleteContainer: change((id) => storage.deleteContainer(id)),
      clear: change(() => storage.clear()),
      listContainers: () =>
        own ? storage.listContainers() : aside(storage, (other) => other.listContainers()),
    };
  }),
  inStorage("a container is looked up as of now", "CONT-08", (storage) => ({
    hasContainer: (id: string) => aside(storage, (other) => other.hasContainer(id)),
  })),
  inTransaction("a container that is deleted in a transaction is emptied", "CONT-13", (tx) => ({
    deleteContainer: (id: string) => tx.clearContainer(id),
  })),
  inTransaction("to delete and to add cancel each other out", "CONT-14", (tx) => {
    const deleted = new Set<string>();
    return {
      deleteContainer: async (id: string) => {
        deleted.add(id);
      },
      addContainer: async (id: string) => {
        if (!deleted.delete(id)) await tx.addContainer(id);
      },
    };
  }),
  inWrite("clear and set in one commit: the clear comes last", "CONT-14", (changes) =>
    changes.action === "clear" ? { ...changes, entries: [], size: 0 } : changes,
  ),
  inWrite("clear and set in one commit: the clear is lost", "CONT-14", (changes) =>
    changes.action === "clear" ? { ...changes, action: "keep" } : changes,
  ),
];

/** Deleting a container takes its name away, and leaves the items where the next one of the name will find them. */
function returning(name: string, killedBy: string): Mutant {
  const left = new Map<string, WrittenEntry[]>();
  return inWrite(name, killedBy, (changes, engine) => {
    const { container, action } = changes;
    if (action === "delete") {
      const snapshot = engine.snapshot("process-crash") as Snapshot;
      const range = { start: "", end: undefined, reverse: false, limit: 1e6, bytes: 1e9 };
      const page = snapshot.page(container, range, "text") as { items: readonly WrittenEntry[] };
      left.set(container, [...page.items]);
      return changes;
    }
    const found = action === "create" ? left.get(container) : undefined;
    if (found === undefined) return changes;
    const entries = new Map([...found, ...changes.entries].map(([key, value]) => [key, value]));
    return { ...changes, entries: [...entries].sort(), size: entries.size };
  });
}

/** Items are kept in one map, under a name and a key with a delimiter between them. */
function joined(name: string, killedBy: string, delimiter: string): Mutant {
  const items = new Map<string, string>();
  const place = ({ path }: Storage, id: string, key: string): string =>
    `${path}\n${id}${delimiter}${key}`;
  return inStorage(name, killedBy, (storage) => ({
    setContainerItem: async (id: string, key: string, value: string) => {
      await storage.setContainerItem(id, key, value);
      items.set(place(storage, id, key), value);
    },
    getContainerItem: async (id: string, key: string) =>
      items.get(place(storage, id, key)) ?? (await storage.getContainerItem(id, key)),
  }));
}

export const containerMutants: readonly Mutant[] = [...adding, ...named, ...inTransactions];
