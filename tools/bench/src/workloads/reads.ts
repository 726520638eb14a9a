/** Reads of single keys, and of a hundred at once. */
import { getEach } from "../loops.ts";
import { Tally } from "../tally.ts";
import type { Bench, Round, Workload } from "../workload.ts";

const GETS = 1000;
const MANY = 100;

const reading = {
  writes: false,
  start: "loaded",
  measures: "time",
} as const satisfies Partial<Workload>;

export const get: Workload = {
  ...reading,
  name: "get",
  title: "point get",
  about: "the values of random keys, one get after another",
  unit: "get",
  needs: [],
  async begin(bench) {
    const session = await bench.open();
    return lookups(bench, (keys, see) => getEach(session, keys, see));
  },
};

export const missing: Workload = {
  ...reading,
  name: "missing",
  title: "missing get",
  about: "keys that are not there, between keys that are, one get after another",
  unit: "get",
  needs: [],
  async begin(bench) {
    const session = await bench.open();
    return {
      next() {
        const keys = Array.from({ length: GETS }, () =>
          bench.data.missingKey(bench.random.below(bench.data.size)),
        );
        let misses = 0;
        return {
          ops: GETS,
          run: () =>
            getEach(session, keys, (value) => {
              if (value === undefined) misses++;
            }),
          check() {
            if (misses !== GETS) throw new Error(`${GETS - misses} missing keys were there`);
          },
        };
      },
    };
  },
};

export const getMany: Workload = {
  ...reading,
  name: "getMany",
  title: `getMany of ${MANY}`,
  about: `the values of ${MANY} random keys in one call, one call after another`,
  unit: "key",
  needs: ["getMany"],
  async begin(bench) {
    const session = await bench.open();
    return lookups(bench, async (keys, see) => {
      for (let from = 0; from < keys.length; from += MANY) {
        await session.getMany?.(keys.slice(from, from + MANY), see);
      }
    });
  },
};

/** Passes that look random keys up. */
function lookups(
  { data, random }: Bench,
  look: (keys: readonly string[], see: (value: string | undefined) => void) => Promise<void>,
): Round {
  return {
    next() {
      const wanted = new Tally();
      const keys = Array.from({ length: GETS }, () => {
        const entry = random.below(data.size);
        wanted.add(data.weight(entry, 0));
        return data.key(entry);
      });
      const seen = new Tally();
      return {
        ops: GETS,
        run: () =>
          look(keys, (value) => {
            if (value !== undefined) seen.see(value);
          }),
        check: () => seen.expect(wanted, `${GETS} gets`),
      };
    },
  };
}
