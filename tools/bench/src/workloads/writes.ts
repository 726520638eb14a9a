/** Writes of single entries, each acknowledged by itself. */
import { isPending, type Pair } from "../contender.ts";
import { setEach, writeAtOnce, writeEach } from "../loops.ts";
import type { Workload } from "../workload.ts";
import { Changed } from "./changed.ts";

const SETS = 100;
const AT_ONCE = 1000;
const CALLERS = 100;
const ROUNDS = 10;
const COUNTERS = 10;
/** Of the mixed calls, one in so many is a set. */
const SET_EVERY = 20;

const writing = {
  writes: true,
  start: "loaded",
  measures: "time",
  acknowledgesEach: false,
} as const satisfies Partial<Workload>;

export const set: Workload = {
  ...writing,
  name: "set",
  title: "one durable set after another",
  about: "new values for random keys, each set when the one before it is durable",
  unit: "set",
  needs: [],
  acknowledgesEach: true,
  async begin({ data, random, few, open }) {
    const session = await open();
    const changed = new Changed(data);
    const ops = few(SETS);
    return {
      next() {
        const pairs = Array.from({ length: ops }, () => changed.next(random.below(data.size)));
        return { ops, run: () => setEach(session, pairs) };
      },
      verify: (reopened) => changed.verify(reopened),
    };
  },
};

export const setAtOnce: Workload = {
  ...writing,
  name: "setAtOnce",
  title: `${AT_ONCE.toLocaleString("en")} concurrent durable sets`,
  about: `new values for ${AT_ONCE} random keys, all set at once, each by a call of its own`,
  unit: "set",
  needs: [],
  async begin({ data, random, open }) {
    const session = await open();
    const changed = new Changed(data);
    return {
      next() {
        // Each key once: of two calls for one key, some contenders promise no order.
        const first = random.below(data.size);
        const pairs = Array.from({ length: AT_ONCE }, (_, i) =>
          changed.next((first + i * STRIDE) % data.size),
        );
        return {
          ops: AT_ONCE,
          run: () => writeAtOnce(pairs, ([key, value]) => session.set(key, value)),
        };
      },
      verify: (reopened) => changed.verify(reopened),
    };
  },
};

/** No factor in common with powers of ten. */
const STRIDE = 7919;

export const update: Workload = {
  ...writing,
  name: "update",
  title: `read-modify-write by ${CALLERS} callers`,
  about: `${CALLERS} callers at once, each of which adds 1 to one of ${COUNTERS} counters, again and again`,
  unit: "change",
  needs: ["update"],
  async begin({ random, few, open }) {
    const session = await open();
    const totals = new Map<string, number>();
    const rounds = few(ROUNDS);
    return {
      next() {
        const plans = Array.from({ length: CALLERS }, () =>
          Array.from({ length: rounds }, () => `counter:${random.below(COUNTERS)}`),
        );
        for (const key of plans.flat()) totals.set(key, (totals.get(key) ?? 0) + 1);
        const add = (value: string | undefined): string => String(Number(value ?? 0) + 1);
        return {
          ops: CALLERS * rounds,
          run: () =>
            writeAtOnce(plans, (plan) => writeEach(plan, (key) => session.update?.(key, add))),
        };
      },
      async verify(reopened) {
        for (const [key, total] of totals) {
          const value = await reopened.get(key);
          if (value !== String(total)) throw new Error(`${key} counted ${value} of ${total}`);
        }
      },
    };
  },
};

export const mixed: Workload = {
  ...writing,
  name: "mixed",
  title: "mixed, 95 % gets, 5 % sets",
  about: "random keys, one call after another: nineteen gets, and a durable set",
  unit: "call",
  needs: [],
  async begin({ data, random, few, open }) {
    const session = await open();
    const changed = new Changed(data);
    const ops = few(SETS) * SET_EVERY;
    return {
      next() {
        const calls: { key: string; want?: string | undefined; set?: string }[] = [];
        for (let i = 1; i <= ops; i++) {
          const entry = random.below(data.size);
          if (i % SET_EVERY === 0) {
            const [key, value]: Pair = changed.next(entry);
            calls.push({ key, set: value });
          } else calls.push({ key: data.key(entry), want: changed.valueOf(entry) });
        }
        let wrong = 0;
        return {
          ops,
          run: () =>
            writeEach(calls, (call) => {
              if (call.set !== undefined) return session.set(call.key, call.set);
              const answer = session.get(call.key);
              if (isPending(answer)) {
                return answer.then((value) => {
                  if (value !== call.want) wrong++;
                });
              }
              if (answer !== call.want) wrong++;
            }),
          check() {
            if (wrong > 0) throw new Error(`${wrong} of ${ops} mixed calls got a wrong value`);
          },
        };
      },
      verify: (reopened) => changed.verify(reopened),
    };
  },
};

export const remove: Workload = {
  ...writing,
  name: "delete",
  title: "delete",
  about: "random keys that are there, each deleted when the one before it is durable",
  unit: "delete",
  needs: [],
  async begin({ data, few, open }) {
    const session = await open();
    const changed = new Changed(data);
    const ops = few(SETS);
    let done = 0;
    return {
      next() {
        if (done + ops > data.size) return undefined;
        const keys = [...data.written(done, done + ops)].map((entry) => changed.gone(entry));
        done += ops;
        return { ops, run: () => writeEach(keys, (key) => session.delete(key)) };
      },
      verify: (reopened) => changed.verify(reopened),
    };
  },
};
