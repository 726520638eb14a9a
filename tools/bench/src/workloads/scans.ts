/** Reads of everything, and of ranges. */
import { GROUP } from "../dataset.ts";
import { Tally } from "../tally.ts";
import type { Workload } from "../workload.ts";

/** Entries in a page, as many as a web page may show. */
const PAGE = 250;
const RANGES = 20;
const COUNTS = 10;
/** So many entries may take some tenths of a second to count. */
const LONG_TO_COUNT = 100_000;

const scanning = {
  unit: "entry",
  writes: false,
  start: "loaded",
  measures: "time",
} as const satisfies Partial<Workload>;

export const scanByPage: Workload = {
  ...scanning,
  name: "scanByPage",
  title: "scan by page",
  about: `all entries, ${PAGE} at a time, each page asked for by the last key of the one before`,
  needs: ["pageAfter"],
  async begin({ data, open }) {
    const session = await open();
    const wanted = data.tallyOfAll();
    return {
      next() {
        const seen = new Tally();
        return {
          ops: data.size,
          async run() {
            let last = "";
            for (;;) {
              const page = (await session.pageAfter?.(last, PAGE)) ?? [];
              for (const [key, value] of page) {
                seen.see(value);
                last = key;
              }
              if (page.length < PAGE) return;
            }
          },
          check: () => seen.expect(wanted, "a scan by page"),
        };
      },
    };
  },
};

export const scan: Workload = {
  ...scanning,
  name: "scan",
  title: "scan by entry",
  about: "all entries, one after another",
  needs: ["eachEntry"],
  async begin({ data, open, ordered }) {
    const session = await open();
    const wanted = data.tallyOfAll();
    return {
      next() {
        const seen = new Tally();
        const order = new Order(ordered);
        return {
          ops: data.size,
          run: () =>
            session.eachEntry?.((key, value) => {
              seen.see(value);
              order.see(key);
            }),
          check() {
            seen.expect(wanted, "a scan");
            order.expect("a scan");
          },
        };
      },
    };
  },
};

export const keys: Workload = {
  ...scanning,
  name: "keys",
  title: "keys only",
  about: "all keys, without their values",
  unit: "key",
  needs: ["eachKey"],
  async begin({ data, open, ordered }) {
    const session = await open();
    return {
      next() {
        let count = 0;
        const order = new Order(ordered);
        return {
          ops: data.size,
          run: () =>
            session.eachKey?.((key) => {
              count++;
              order.see(key);
            }),
          check() {
            if (count !== data.size) throw new Error(`${count} keys, and there are ${data.size}`);
            order.expect("a scan of keys");
          },
        };
      },
    };
  },
};

export const range: Workload = {
  ...scanning,
  name: "range",
  title: `prefix range of ${GROUP}`,
  about: `the ${GROUP} entries of a random prefix, one range after another`,
  unit: "range",
  needs: ["eachWithPrefix"],
  async begin({ data, open, random }) {
    const session = await open();
    return {
      next() {
        const wanted = new Tally();
        const prefixes = Array.from({ length: RANGES }, () => {
          const group = random.below(data.size / GROUP);
          for (let entry = group * GROUP; entry < (group + 1) * GROUP; entry++) {
            wanted.add(data.weight(entry, 0));
          }
          return data.prefix(group);
        });
        const seen = new Tally();
        return {
          ops: RANGES,
          async run() {
            for (const prefix of prefixes) {
              await session.eachWithPrefix?.(prefix, (_key, value) => seen.see(value));
            }
          },
          check: () => seen.expect(wanted, `${RANGES} ranges`),
        };
      },
    };
  },
};

export const count: Workload = {
  ...scanning,
  name: "count",
  title: "count",
  about: "how many entries there are",
  unit: "count",
  needs: ["count"],
  async begin({ data, open }) {
    const session = await open();
    const ops = data.size < LONG_TO_COUNT ? COUNTS : 1;
    return {
      next() {
        const counted: unknown[] = [];
        return {
          ops,
          async run() {
            for (let i = 0; i < ops; i++) counted.push(await session.count?.());
          },
          check() {
            const wrong = counted.find((answer) => answer !== data.size);
            if (wrong !== undefined) throw new Error(`${wrong} counted of ${data.size}`);
          },
        };
      },
    };
  },
};

/** Looks whether keys come in order, where that was promised. All keys are of one length, in ASCII. */
class Order {
  readonly #promised: boolean;
  #last = "";
  #broken = false;

  constructor(promised: boolean) {
    this.#promised = promised;
  }

  see(key: string): void {
    if (this.#promised && key <= this.#last) this.#broken = true;
    this.#last = key;
  }

  expect(what: string): void {
    if (this.#broken) throw new Error(`${what}: the keys are not in order`);
  }
}
