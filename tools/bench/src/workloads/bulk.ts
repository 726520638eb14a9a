/** Everything is written, and everything is deleted. */
import type { Pair, Session } from "../contender.ts";
import type { Dataset } from "../dataset.ts";
import type { Workload } from "../workload.ts";
import { Changed } from "./changed.ts";

/** Entries in a transaction. */
const BATCH = 10_000;
/** Transactions of a small dataset. */
const BATCHES = 8;
/** Entries that are cleared to warm up. */
const FEW = 1000;

export const load: Workload = {
  name: "load",
  title: `bulk load in transactions of ${BATCH.toLocaleString("en")}`,
  about: `an empty database is filled, in random order of keys, by transactions of ${BATCH} entries`,
  unit: "entry",
  needs: [],
  writes: true,
  start: "empty",
  measures: "time",
  // The engine that runs JavaScript is not done with the first ones, and one more pause is all that one transaction shows.
  warmPasses: 4,
  minPasses: 4,
  async begin({ data, open }) {
    const session = await open();
    const changed = new Changed(data);
    // The first ones warm up, and some are to be left.
    const batch = Math.min(BATCH, data.size / BATCHES);
    let written = 0;
    return {
      next() {
        if (written >= data.size) return undefined;
        const from = written;
        written = from + batch;
        const pairs = [...data.written(from, written)].map((entry) => changed.first(entry));
        return { ops: pairs.length, run: () => session.load(pairs) };
      },
      verify: (reopened) => changed.verify(reopened),
    };
  },
};

export const clear: Workload = {
  name: "clear",
  title: "clear container",
  about: "all entries are deleted in one call",
  unit: "clear",
  needs: ["clear"],
  writes: true,
  start: "empty",
  measures: "time",
  warmPasses: 2,
  maxPasses: 1,
  async begin({ data, open }) {
    const session = await open();
    return {
      async next(warm) {
        const entries = warm ? Math.min(FEW, data.size) : data.size;
        await loadAll(session, data, entries);
        await expectLoaded(session, data, entries);
        return {
          ops: 1,
          run: () => session.clear?.(),
          check: () => expectEmpty(session, data),
        };
      },
      verify: (reopened) => expectEmpty(reopened, data),
    };
  },
};

/** Writes the first entries of a dataset, in its own order. */
export async function loadAll(session: Session, data: Dataset, entries = data.size): Promise<void> {
  for (let from = 0; from < entries; from += BATCH) {
    const pairs: Pair[] = [];
    for (const entry of data.written(from, Math.min(from + BATCH, entries))) {
      pairs.push(data.pair(entry, 0));
    }
    await session.load(pairs);
  }
}

/** What was written last is there. */
async function expectLoaded(session: Session, data: Dataset, entries: number): Promise<void> {
  for (const entry of data.written(entries - 1, entries)) {
    const value = await session.get(data.key(entry));
    if (value !== data.value(entry, 0)) throw new Error(`${data.key(entry)} was not written`);
  }
}

async function expectEmpty(session: Session, data: Dataset): Promise<void> {
  const count = await session.count?.();
  if (count !== undefined && count !== 0) throw new Error(`${count} entries after clear`);
  for (const entry of data.written(0, Math.min(FEW, data.size))) {
    const value = await session.get(data.key(entry));
    if (value !== undefined) throw new Error(`${data.key(entry)} is there after clear`);
  }
}
