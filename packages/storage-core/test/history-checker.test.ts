import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkHistory } from "../conformance/history/checker.ts";
import { statisticsOf, underFloors } from "../conformance/history/floors.ts";
import type {
  History,
  List,
  Operation,
  Outcome,
  TransactionRecord,
} from "../conformance/history/transaction-record.ts";
import { Random } from "../conformance/random.ts";
import { serialHistory } from "./fixtures/serial-history.ts";

type Span = readonly [invoked: number, returned: number | undefined];

/** `x[1,2] y[]+3`: reads x, and appends 3 to y, which was empty. */
function operations(text: string): Operation[] {
  return text.split(" ").map((word) => {
    const [, key = "", elements = "", element] = /^(\w+)\[(.*)\](?:\+(\w+))?$/.exec(word) ?? [];
    const list = elements === "" ? [] : elements.split(",");
    return element === undefined
      ? { kind: "read", key, list }
      : { kind: "append", key, list, element };
  });
}

/** A transaction: when it began and ended, in milliseconds, and what it did. */
function tx(id: string, begin: Span, end: Span, text: string, outcome: Outcome = "committed") {
  const call = ([invoked, returned]: Span) => ({
    invoked: invoked * 1e6,
    returned: returned === undefined ? undefined : returned * 1e6,
  });
  const record: TransactionRecord = {
    id,
    session: id,
    begin: call(begin),
    end: call(end),
    operations: operations(text),
    outcome,
  };
  return record;
}

function history(final: string, ...transactions: TransactionRecord[]): History {
  const lists = operations(final).map(({ key, list }): [string, List] => [key, list]);
  return { transactions, final: Object.fromEntries(lists) };
}

interface Case {
  /** What must be said of it. */
  readonly said: string;
  readonly history: History;
}

/** By name of the anomaly: histories that have it, and no other one. */
const ANOMALOUS: Readonly<Record<string, readonly Case[]>> = {
  "internal inconsistency": [
    {
      said: "T1 read x = [], where by its own reads and appends before it must be [1]",
      history: history("x[1]", tx("1", [0, 1], [2, 3], "x[]+1 x[]")),
    },
    {
      said: "T2 read x = [1], where by its own reads and appends before it must be []",
      history: history(
        "x[1]",
        tx("1", [0, 1], [2, 4], "x[]+1"),
        tx("2", [0, 1], [5, 6], "x[] x[1]"),
      ),
    },
    {
      said: "T1 read x = [1]: it appends 1 itself, and later",
      history: history("x[1]", tx("1", [0, 1], [2, 3], "x[1]+1")),
    },
  ],
  "garbage read": [
    {
      said: "T1 read x = [7]: nobody has committed an append of 7",
      history: history("x[7]", tx("1", [0, 1], [2, 3], "x[7]")),
    },
  ],
  "duplicate element": [
    {
      said: "in the end x is [1,1]: 1 is in it twice",
      history: history("x[1,1]", tx("1", [0, 1], [2, 3], "x[]+1")),
    },
  ],
  "G1a (aborted read)": [
    {
      said: "T2 read x = [1]: 1 was appended by T1, which was rolled back",
      history: history(
        "y[]",
        tx("1", [0, 1], [4, 5], "x[]+1", "rolled back"),
        tx("2", [2, 3], [4, 5], "x[1]"),
      ),
    },
  ],
  "failed append is there": [
    {
      said: "in the end x is [1]: 1 was appended by T1, which was refused with a conflict",
      history: history("x[1]", tx("1", [0, 1], [4, 5], "x[]+1", "conflict")),
    },
  ],
  "lost append": [
    {
      said: "T1 appended 1 to x and was committed; in the end x is []",
      history: history("y[]", tx("1", [0, 1], [2, 3], "x[]+1")),
    },
    {
      said: "T1 appended 2 to y and was killed while it committed, and other parts of it are there",
      history: history("x[1]", tx("1", [0, 1], [2, undefined], "x[]+1 y[]+2", "unknown")),
    },
    {
      // Seen once, gone later: what others can see is durable.
      said: "T1 appended 1 to x and was killed while it committed",
      history: history(
        "y[]",
        tx("1", [0, 1], [2, undefined], "x[]+1", "unknown"),
        tx("2", [3, 4], [5, 6], "x[1]"),
      ),
    },
  ],
  "conflict without a write": [
    {
      said: "T1 has only read, and its commit was refused with a conflict",
      history: history("x[]", tx("1", [0, 1], [2, 3], "x[]", "conflict")),
    },
  ],
  "G0 (write cycle)": [
    {
      said: "T1 appended 1 to x and so came before T2, which appended 2 behind it; T2 appended 4 to y and so came before T1, which appended 3 behind it. So T1 before T2 before T1, which cannot be",
      history: history(
        "x[1,2] y[4,3]",
        tx("1", [0, 1], [2, 9], "x[]+1 y[4]+3"),
        tx("2", [0, 1], [2, 9], "x[1]+2 y[]+4"),
      ),
    },
  ],
  "G1c (circular information flow)": [
    {
      said: "T1 read y = [2] and so came after T2, which appended 2",
      history: history(
        "x[1] y[2]",
        tx("1", [0, 1], [2, 9], "x[]+1 y[2]"),
        tx("2", [0, 1], [2, 9], "y[]+2 x[1]"),
      ),
    },
  ],
  "G-single (read skew)": [
    {
      said: "T2 read y = [] and so came before T1, which appended 2",
      history: history(
        "x[1] y[2]",
        tx("1", [0, 1], [2, 9], "x[]+1 y[]+2"),
        tx("2", [0, 5], [6, 7], "x[1] y[]"),
      ),
    },
  ],
  "lost update": [
    {
      said: "T1 and T2 both read x = [], appended 1 and 2, and were committed; in the end x is [2]",
      history: history("x[2]", tx("1", [0, 1], [2, 9], "x[]+1"), tx("2", [0, 1], [2, 9], "x[]+2")),
    },
    {
      said: "T2 read x = [0] and so came before T1, which appended 1",
      history: history(
        "x[0,1,2]",
        tx("0", [0, 1], [2, 3], "x[]+0"),
        tx("1", [4, 5], [6, 9], "x[0]+1"),
        tx("2", [4, 5], [6, 9], "x[0]+2"),
      ),
    },
  ],
  "G2-item (write skew)": [
    {
      said: "T1 read y = [] and so came before T2, which appended 2; T2 read x = [] and so came before T1, which appended 1",
      history: history(
        "x[1] y[2]",
        tx("1", [0, 1], [2, 9], "y[] x[]+1"),
        tx("2", [0, 1], [2, 9], "x[] y[]+2"),
      ),
    },
  ],
  "G-nonadjacent (long fork)": [
    {
      said: "T3 read y = [] and so came before T2, which appended 2",
      history: history(
        "x[1] y[2]",
        tx("1", [0, 1], [2, 9], "x[]+1"),
        tx("2", [0, 1], [2, 9], "y[]+2"),
        tx("3", [0, 5], [6, 7], "x[1] y[]"),
        tx("4", [0, 5], [6, 7], "x[] y[2]"),
      ),
    },
  ],
  "real-time violation (stale snapshot)": [
    {
      said: "T1 had resolved (at 3.000 ms) before T2 began (at 4.000 ms)",
      history: history("x[1]", tx("1", [0, 1], [2, 3], "x[]+1"), tx("2", [4, 5], [6, 7], "x[]")),
    },
    {
      // What was refused has read as well.
      said: "T2 read x = [] and so came before T1, which appended 1",
      history: history(
        "x[1]",
        tx("1", [0, 1], [2, 3], "x[]+1"),
        tx("2", [4, 5], [6, 7], "x[] y[]+2", "conflict"),
      ),
    },
  ],
  "real-time violation (late snapshot)": [
    {
      said: "T2 had begun (at 1.000 ms) before T1 called commit (at 2.000 ms)",
      history: history("x[1]", tx("1", [0, 1], [2, 3], "x[]+1"), tx("2", [0, 1], [4, 5], "x[1]")),
    },
    {
      // It wrote, and is serializable; but what it read is not the state of its begin.
      said: "T2 read x = [1] and so came after T1, which appended 1",
      history: history(
        "x[1] y[2]",
        tx("1", [0, 1], [2, 3], "x[]+1"),
        tx("2", [0, 1], [4, 5], "x[1] y[]+2"),
      ),
    },
  ],
  "real-time violation (missed conflict)": [
    {
      said: "T1 had resolved (at 3.000 ms) before T2 called commit (at 4.000 ms)",
      history: history(
        "x[1] y[2]",
        tx("1", [0, 1], [2, 3], "x[]+1"),
        tx("2", [0, 1], [4, 5], "x[] y[]+2"),
      ),
    },
  ],
  "real-time violation": [
    {
      // Two who only read: the later one sees less.
      said: "T2 had begun (at 4.000 ms) before T3 began (at 5.000 ms)",
      history: history(
        "x[1]",
        tx("1", [0, 1], [2, 9], "x[]+1"),
        tx("2", [3, 4], [7, 8], "x[1]"),
        tx("3", [5, 6], [7, 8], "x[]"),
      ),
    },
  ],
};

describe("a history is refused, with the name and the words, that has", () => {
  for (const [name, cases] of Object.entries(ANOMALOUS)) {
    for (const { said, history: anomalous } of cases) {
      it(`${name}: ${said}`, () => {
        const verdict = checkHistory(anomalous);
        expect(verdict.map((anomaly) => anomaly.name)).toEqual(verdict.map(() => name));
        expect(verdict.map(({ explanation }) => explanation).join("\n")).toContain(said);
      });
    }
  }

  it("G1b (intermediate read): one of two appends of a transaction", () => {
    const verdict = checkHistory(
      history("x[1,2]", tx("1", [0, 1], [2, 9], "x[]+1 x[1]+2"), tx("2", [3, 4], [5, 6], "x[1]")),
    );
    expect(verdict[0]).toEqual({
      name: "G1b (intermediate read)",
      explanation:
        "T2 read x = [1]: T1 appended 1 and then 2, in one transaction, and only the first is there",
    });
  });

  it("incompatible orders: two reads of which neither is the beginning of the other", () => {
    const verdict = checkHistory(
      history(
        "x[1,2]",
        tx("1", [0, 1], [2, 9], "x[]+1"),
        tx("2", [0, 8], [8, 9], "x[1]+2"),
        tx("3", [0, 8], [8, 9], "x[2]"),
      ),
    );
    expect(verdict[0]?.name).toBe("incompatible orders");
    expect(verdict[0]?.explanation).toContain(
      "T3 read x = [2], and in the end x is [1,2]: neither is the beginning of the other",
    );
  });

  it("incompatible orders: elements of one transaction that are not in its own order", () => {
    const verdict = checkHistory(history("x[2,1]", tx("1", [0, 1], [2, 9], "x[]+1 x[1]+2")));
    expect(verdict[0]?.name).toBe("incompatible orders");
    expect(verdict[0]?.explanation).toContain("T1 appended 1 and then 2");
  });
});

it("of two cycles the shorter one is told", () => {
  const verdict = checkHistory(
    history(
      "x[1] y[2] z[3] u[4] v[5]",
      tx("1", [0, 1], [2, 9], "x[]+1 y[]"),
      tx("2", [0, 1], [2, 9], "y[]+2 z[]"),
      tx("3", [0, 1], [2, 9], "z[]+3 x[]"),
      tx("4", [0, 1], [2, 9], "u[]+4 v[]"),
      tx("5", [0, 1], [2, 9], "v[]+5 u[]"),
    ),
  );
  expect(verdict.map(({ explanation }) => explanation.split(". ").at(-1))).toEqual([
    "So T4 before T5 before T4, which cannot be",
  ]);
});

describe("a history is valid, in which", () => {
  const valid: Readonly<Record<string, History>> = {
    "nothing happens": { transactions: [], final: {} },
    "one comes after another": history(
      "x[1,2]",
      tx("1", [0, 1], [2, 3], "x[]+1"),
      tx("2", [4, 5], [6, 7], "x[1]+2"),
    ),
    "one reads an old snapshot, which was the newest when it began": history(
      "x[1,2]",
      tx("1", [0, 1], [2, 3], "x[]+1"),
      tx("2", [4, 5], [6, 7], "x[1]+2"),
      tx("3", [0, 1], [8, 9], "x[]"),
      tx("4", [4, 5], [18, 19], "x[1]"),
    ),
    "one that begins beside a commit sees it, and another one does not": history(
      "x[1]",
      tx("1", [0, 1], [2, 9], "x[]+1"),
      tx("2", [3, 4], [10, 11], "x[1]"),
      tx("3", [3, 4], [10, 11], "x[]"),
    ),
    "the commits of two that do not read each other's keys are in flight at once": history(
      "x[1] y[2]",
      tx("1", [0, 1], [2, 9], "x[]+1"),
      tx("2", [0, 1], [2, 9], "y[]+2"),
    ),
    "of a write skew one is refused": history(
      "x[1]",
      tx("1", [0, 1], [2, 9], "y[] x[]+1"),
      tx("2", [0, 1], [2, 9], "x[] y[]+2", "conflict"),
    ),
    "of a write skew one only reads": history(
      "x[1]",
      tx("1", [0, 1], [2, 9], "y[] x[]+1"),
      tx("2", [0, 1], [2, 9], "x[] y[]"),
    ),
    "of a lost update one is rolled back": history(
      "x[2]",
      tx("1", [0, 1], [2, 9], "x[]+1", "rolled back"),
      tx("2", [0, 1], [2, 9], "x[]+2"),
    ),
    "one reads all that another has appended to a key": history(
      "x[1,2]",
      tx("1", [0, 1], [2, 3], "x[]+1 x[1]+2"),
      tx("2", [4, 5], [6, 7], "x[1,2]"),
    ),
    "one that was killed is there": history(
      "x[1,2] y[1]",
      tx("1", [0, 1], [2, undefined], "x[]+1 y[]+1", "unknown"),
      tx("2", [4, 5], [6, 7], "x[1]+2"),
    ),
    "one that was killed is not there": history(
      "x[2]",
      tx("1", [0, 1], [2, undefined], "x[]+1 y[]+1", "unknown"),
      tx("2", [4, 5], [6, 7], "x[]+2"),
    ),
    "one that was killed becomes visible late": history(
      "x[1]",
      tx("1", [0, 1], [2, undefined], "x[]+1", "unknown"),
      tx("2", [4, 5], [6, 7], "x[]"),
      tx("3", [8, 9], [10, 11], "x[1]"),
    ),
  };
  for (const [title, history_] of Object.entries(valid)) {
    it(title, () => {
      expect(checkHistory(history_)).toEqual([]);
    });
  }
});

describe("of random executions one after another, at random times", () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 });
  const property = (holds: (history: History, random: Random) => boolean | undefined): void =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const held = holds(serialHistory(random, { transactions: 60, sessions: 4 }), random);
        fc.pre(held !== undefined);
        return held;
      }),
      { numRuns: 300, seed: 1 },
    );
  const invalid = (changed: History): boolean => checkHistory(changed).length > 0;

  /** The history with one operation replaced, of a transaction and a place chosen at random; `undefined` where none will do. */
  function changeRead(
    { transactions, final }: History,
    random: Random,
    change: (operation: Operation, by: TransactionRecord) => List | undefined,
  ): History | undefined {
    const candidates = transactions.flatMap((by) => {
      // Only first reads of a key, and of those who read it once: others would be inconsistent in themselves.
      return by.operations.flatMap((operation, i) => {
        const alone = by.operations.filter(({ key }) => key === operation.key).length === 1;
        const list = alone && operation.kind === "read" ? change(operation, by) : undefined;
        return list === undefined ? [] : [{ by, i, list }];
      });
    });
    if (candidates.length === 0) return undefined;
    const { by, i, list } = random.pick(candidates);
    const operations = by.operations.map((one, at) => (at === i ? { ...one, list } : one));
    return {
      transactions: transactions.map((one) => (one === by ? { ...one, operations } : one)),
      final,
    };
  }

  it("each is valid", () => {
    property((serial) => !invalid(serial));
  });

  it("none is, when two elements of a read are swapped", () => {
    property((serial, random) => {
      const changed = changeRead(serial, random, ({ list }) => {
        if (list.length < 2) return undefined;
        const at = random.below(list.length - 1);
        return list.with(at, list[at + 1] as string).with(at + 1, list[at] as string);
      });
      return changed && invalid(changed);
    });
  });

  it("none is, when two elements are swapped in the end", () => {
    property(({ transactions, final }, random) => {
      const long = Object.entries(final).filter(([, list]) => list.length >= 2);
      if (long.length === 0) return undefined;
      const [key, list] = random.pick(long);
      const at = random.below(list.length - 1);
      const swapped = list.with(at, list[at + 1] as string).with(at + 1, list[at] as string);
      return invalid({ transactions, final: { ...final, [key]: swapped } });
    });
  });

  it("none is, when an append is dropped", () => {
    property(({ transactions, final }, random) => {
      const some = Object.entries(final).filter(([, list]) => list.length > 0);
      if (some.length === 0) return undefined;
      const [key, list] = random.pick(some);
      const kept = list.toSpliced(random.below(list.length), 1);
      return invalid({ transactions, final: { ...final, [key]: kept } });
    });
  });

  it("none is, when a read is of what was replaced before its transaction began", () => {
    property((serial, random) => {
      const changed = changeRead(serial, random, ({ key, list }, by) => {
        const old = list.findIndex((element) => {
          const writer = serial.transactions.find(({ operations }) =>
            operations.some(
              (one) => one.kind === "append" && one.key === key && one.element === element,
            ),
          );
          return (writer?.end.returned ?? Number.POSITIVE_INFINITY) < by.begin.invoked;
        });
        return old === -1 ? undefined : list.slice(0, old);
      });
      return changed && invalid(changed);
    });
  });

  it("none is, when a read is of what was committed after its transaction had begun", () => {
    property((serial, random) => {
      const changed = changeRead(serial, random, ({ key, list }, by) => {
        const final = serial.final[key] ?? [];
        const next = final[list.length];
        const writer = serial.transactions.find(({ operations }) =>
          operations.some(
            (one) => one.kind === "append" && one.key === key && one.element === next,
          ),
        );
        const later = (writer?.end.invoked ?? 0) > (by.begin.returned ?? Number.POSITIVE_INFINITY);
        return later && next !== undefined ? [...list, next] : undefined;
      });
      return changed && invalid(changed);
    });
  });

  it("none is, when what was rolled back or refused is read", () => {
    property((serial, random) => {
      const failed = serial.transactions
        .filter(({ outcome }) => outcome === "rolled back" || outcome === "conflict")
        .flatMap(({ operations }) => operations)
        .filter((operation) => operation.kind === "append");
      const changed = changeRead(serial, random, ({ key, list }) => {
        const element = failed.find((append) => append.key === key)?.element;
        return element === undefined ? undefined : [...list, element];
      });
      return changed && invalid(changed);
    });
  });
});

describe("a history that shows nothing", () => {
  const random = new Random(1);
  const good = serialHistory(random, { transactions: 400, sessions: 4 });
  const floors = (transactions: readonly TransactionRecord[], committed = 50): string =>
    underFloors(statisticsOf({ ...good, transactions }), committed).join("\n");

  it("is one under a floor, and one that is under none shows something", () => {
    expect(floors(good.transactions)).toBe("");
  });

  it("has too few commits", () => {
    expect(floors(good.transactions, 10_000)).toContain("committed transactions:");
    const refused = good.transactions.map((one, i) =>
      i % 10 === 0 ? one : { ...one, outcome: "conflict" as const },
    );
    expect(floors(refused, 1)).toContain(`committed transactions of ${refused.length}:`);
  });

  it("has nobody who wrote", () => {
    const readers = good.transactions.filter(({ operations }) =>
      operations.every(({ kind }) => kind === "read"),
    );
    expect(floors(readers, 20)).toContain("committed transactions that wrote: 0");
  });

  it("has nobody beside another one", () => {
    const alone = good.transactions.map((one) => ({ ...one, session: "1" }));
    expect(floors(alone)).toContain("beside one of another session: 0");
  });

  it("has no conflict", () => {
    const lucky = good.transactions.filter(({ outcome }) => outcome !== "conflict");
    expect(floors(lucky)).toContain("conflicts: 0");
  });

  it("has lists that are too short", () => {
    const short = good.transactions.map((one) => ({
      ...one,
      operations: one.operations.map((operation) => ({ ...operation, list: [] })),
    }));
    expect(floors(short)).toContain("reads of two elements or more: 0");
  });
});
