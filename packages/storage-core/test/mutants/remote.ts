/** Bugs of drivers on servers far away: every answer takes its time, and travels as something else than it is. */
import {
  defineStorage,
  type Engine,
  type Snapshot,
  type Value,
} from "@caterpillar/storage-core/driver";
import { MemoryStorage } from "@caterpillar/storage-core/memory";
import { behindPromises } from "../variations/slow-target.ts";
import type { WrittenEntry } from "./engine-parts.ts";
import { type Mutant, replace } from "./mutant.ts";

/** A server where what `change` answers replaces the engine's own methods, behind answers that take their time. */
function inServer(
  name: string,
  killedBy: string,
  change: (engine: Engine) => Partial<Engine>,
): Mutant {
  const { driver } = MemoryStorage;
  const storage = defineStorage(
    behindPromises({
      ...driver,
      name: `memory far away, where ${name}`,
      open: async (path, options) => {
        const engine = await driver.open(path, options);
        return replace(engine, change(engine));
      },
    }),
  );
  return { name, killedBy, storage };
}

/** What `change` answers replaces methods of the server's snapshots. */
function inReads(
  name: string,
  killedBy: string,
  change: (snapshot: Snapshot, engine: Engine) => Partial<Snapshot>,
): Mutant {
  return inServer(name, killedBy, (engine) => ({
    snapshot: async (durability) => {
      const snapshot = await engine.snapshot(durability);
      return replace(snapshot, change(snapshot, engine));
    },
  }));
}

/** Keys and values become what is left of them on the way to the server. */
function onTheWay(
  name: string,
  killedBy: string,
  change: (entry: WrittenEntry) => WrittenEntry,
): Mutant {
  return inServer(name, killedBy, (engine) => ({
    write: (changes, options) =>
      engine.write(
        changes.map((each) => ({
          ...each,
          entries: Array.from(each.entries, ([key, value]) => change([key, value])),
        })),
        options,
      ),
  }));
}

/** What becomes of a value that is written; deletes stay what they are. */
function valueOnTheWay(name: string, killedBy: string, change: (value: Value) => Value): Mutant {
  return onTheWay(name, killedBy, ([key, value]) => [key, value === null ? null : change(value)]);
}

export const remoteMutants: readonly Mutant[] = [
  inServer("a write is acknowledged when it was sent", "CONF-01", (engine) => ({
    write: async (changes, options) => {
      void Promise.resolve(engine.write(changes, options)).catch(() => {});
    },
  })),
  inServer("reads go to a replica that is one commit behind", "ISO-21", (engine) => {
    let before: Snapshot | undefined;
    let newest: Snapshot | undefined;
    return {
      snapshot: async (durability) => {
        before ??= await engine.snapshot(durability);
        return replace(before, { close: () => {} });
      },
      write: async (changes, { durability }) => {
        await engine.write(changes, { base: undefined, durability });
        before = newest;
        newest = await engine.snapshot(durability);
      },
    };
  }),
  inServer("what a transaction is based on is compared in seconds", "CONF-01", (engine) => {
    let written = 0;
    const taken = new WeakMap<Snapshot, number>();
    const now = (): number => Math.floor(performance.now() / 60_000);
    return {
      snapshot: async (durability) => {
        const snapshot = await engine.snapshot(durability);
        taken.set(snapshot, now());
        return snapshot;
      },
      write: async (changes, { base, durability }) => {
        const stale = base !== undefined && (taken.get(base) ?? 0) < written;
        await engine.write(changes, { base: stale ? base : undefined, durability });
        written = now();
      },
    };
  }),
  inServer("each container is a request of its own", "TXN-04", (engine) => ({
    write: async (changes, { base, durability }) => {
      const [first, ...others] = changes;
      await engine.write(first === undefined ? [] : [first], { base, durability });
      for (const each of others) {
        await new Promise((resolve) => setImmediate(resolve));
        await engine.write([each], { base: undefined, durability });
      }
    },
  })),
  inServer("a write that has failed goes along with the next", "CONF-07", (engine) => {
    let left: Parameters<Engine["write"]>[0] = [];
    return {
      write: async (changes, options) => {
        const mine = new Set(changes.map(({ container }) => container));
        const all = [...changes, ...left.filter(({ container }) => !mine.has(container))];
        try {
          await engine.write(all, options);
          left = [];
        } catch (error) {
          left = changes;
          throw error;
        }
      },
    };
  }),
  inServer("a request that was answered is sent once more", "CONT-01", (engine) => ({
    write: async (changes, options) => {
      await engine.write(changes, options);
      await engine.write(changes, options);
    },
  })),
  inReads("a page is of what is newest", "ITER-09", (_, engine) => ({
    page: async (...args) => {
      const newest = await engine.snapshot("process-crash");
      return await newest.page(...args);
    },
  })),
  inReads("an answer has a hundred items, and nobody asks for more", "ITER-01", (snapshot) => ({
    page: async (container, range, as) => {
      const limit = Math.min(range.limit, 100);
      const { items } = await snapshot.page(container, { ...range, limit }, as);
      return { items, more: false };
    },
  })),
  inReads("a page travels as an object of JSON", "ITER-10", (snapshot) => ({
    page: async (container, range, as) => {
      const { items, more } = await snapshot.page(container, range, as);
      return { items: Object.entries(Object.fromEntries(items)), more };
    },
  })),
  inReads("the count is what the replica knows", "KV-23", (snapshot) => {
    return { count: async (container) => Math.max(0, (await snapshot.count(container)) - 1) };
  }),
  onTheWay("keys travel as part of a URL", "KV-10", ([key, value]) => [
    key.replaceAll("+", " "),
    value,
  ]),
  valueOnTheWay("nothing but an empty text is no value", "KV-04", (value) => value || "null"),
  valueOnTheWay("bytes travel as text", "KV-01", (value) =>
    typeof value === "string" ? value : Buffer.from(value).toString("utf8"),
  ),
];
