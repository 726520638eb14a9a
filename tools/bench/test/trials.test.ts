/** Every workload on every contender, and contenders that do not do what they should. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Contender, Session } from "../src/contender.ts";
import { loadContender, loadContenders } from "../src/contenders/index.ts";
import { loadDatabase } from "../src/prepared.ts";
import type { TrialSpec } from "../src/trial.ts";
import { CannotError, runTrial } from "../src/trial-run.ts";
import { WORKLOADS } from "../src/workloads/index.ts";
import { emptyFolder } from "./folder.ts";

const SIZE = 1000;
const CONTENDERS = await loadContenders();

/** Runs a trial of a pass or so, on a database that is loaded where one is wanted. */
async function trialOf(workload: string, contender: Contender, loader = contender) {
  const path = join(emptyFolder(), "db");
  const data = { contender: contender.name, size: SIZE, valueBytes: 100, seed: 7, path };
  const { start } = WORKLOADS.find(({ name }) => name === workload) as (typeof WORKLOADS)[number];
  if (start === "loaded" && contender.engine !== "memory") await loadDatabase(data, loader);
  const durability = "process-crash" in contender.durability ? "process-crash" : "power-loss";
  const spec: TrialSpec = { ...data, workload, durability, disk: "plain", warmMs: 0, timedMs: 1 };
  return await runTrial(spec, contender);
}

describe.each(CONTENDERS.map((contender) => [contender.name, contender] as const))(
  "%s",
  (_name, contender) => {
    it("gives right results in every workload that it can do", { timeout: 120_000 }, async () => {
      const done: string[] = [];
      for (const { name, measures } of WORKLOADS) {
        try {
          const { value, ops } = await trialOf(name, contender);
          expect(ops, name).toBeGreaterThan(0);
          if (measures === "time") expect(value, name).toBeGreaterThan(0);
          done.push(name);
        } catch (error) {
          if (!(error instanceof CannotError)) throw error;
        }
      }
      const all = WORKLOADS.map(({ name }) => name);
      const cannot: Record<string, readonly string[]> = {
        "abstract-level": ["count", "update"],
        keyv: ["scanByPage", "range", "keys", "count", "update", "snapshots"],
        unstorage: ["scanByPage", "count", "update", "snapshots"],
      };
      expect(done).toEqual(all.filter((name) => !cannot[contender.name]?.includes(name)));
    });
  },
);

it("notes are about workloads that there are", () => {
  const names = WORKLOADS.map(({ name }) => name);
  for (const { notes, name } of CONTENDERS)
    expect(names, name).toEqual(expect.arrayContaining(Object.keys(notes)));
});

describe("a contender that", () => {
  /** Each changes a session, and names the workloads in which that must not pass. */
  const cheats: [
    what: string,
    workloads: string[],
    cheat: (session: Session) => Partial<Session>,
  ][] = [
    [
      "answers the same for every key",
      ["get", "missing", "mixed", "open"],
      () => ({ get: () => "x".repeat(100) }),
    ],
    [
      "finds nothing",
      ["get", "getMany", "set", "mixed", "open"],
      () => ({
        get: () => undefined,
        getMany: (keys, see) => {
          for (const _key of keys) see(undefined);
        },
      }),
    ],
    [
      "leaves the last value of many out",
      ["getMany"],
      (session) => ({ getMany: (keys, see) => session.getMany?.(keys.slice(1), see) }),
    ],
    [
      "leaves the first entry out",
      ["scan", "range", "keys", "scanByPage"],
      (session) => ({
        eachEntry: (see) => session.eachEntry?.(butFirst(see)),
        eachWithPrefix: (prefix, see) => session.eachWithPrefix?.(prefix, butFirst(see)),
        eachKey: (see) => session.eachKey?.(butFirst(see)),
        pageAfter: async (key, limit) => (await session.pageAfter?.(key, limit))?.slice(1) ?? [],
      }),
    ],
    [
      "shows entries in another order",
      ["scan", "keys"],
      (session) => ({
        eachEntry: async (see) => {
          const entries: [string, string][] = [];
          await session.eachEntry?.((key, value) => entries.unshift([key, value]));
          for (const [key, value] of entries) see(key, value);
        },
        eachKey: async (see) => {
          const keys: string[] = [];
          await session.eachKey?.((key) => keys.unshift(key));
          for (const key of keys) see(key);
        },
      }),
    ],
    ["guesses how many there are", ["count"], () => ({ count: () => SIZE - 1 })],
    [
      "writes nothing",
      ["set", "setAtOnce", "load", "update", "mixed", "delete", "clear"],
      () => ({ set() {}, load() {}, update() {}, delete() {} }),
    ],
    ["clears nothing", ["clear"], () => ({ clear() {} })],
    [
      "loses the last entry of a transaction",
      ["load"],
      (session) => ({ load: (entries) => session.load(entries.slice(0, -1)) }),
    ],
    [
      "counts each change of a turn once",
      ["update"],
      (session) => {
        let value: string | undefined;
        return {
          async update(key, change) {
            const read = await session.get(key);
            await null;
            value = change(read);
            await session.set(key, value);
          },
        };
      },
    ],
    [
      "shows the present in place of a snapshot",
      ["snapshots"],
      (session) => ({ snapshot: () => ({ get: (key) => session.get(key), close() {} }) }),
    ],
  ];

  it.each(cheats)("%s is found out", async (_what, workloads, cheat) => {
    const honest = await loadContender("raw-sqlite");
    const contender: Contender = {
      ...honest,
      async open(path, options) {
        const session = await honest.open(path, options);
        return Object.assign(Object.create(session), bound(session), cheat(bound(session)));
      },
    };
    for (const workload of workloads) {
      await expect(trialOf(workload, contender, honest), workload).rejects.toThrow(
        /value|there|order|counted|keys|state|wrong|written|entries/,
      );
    }
  });
});

function butFirst<A extends unknown[]>(see: (...args: A) => void): (...args: A) => void {
  let seen = 0;
  return (...args) => {
    if (seen++ > 0) see(...args);
  };
}

/** All methods of a session, for themselves. */
function bound(session: Session): Session {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(session)) as (keyof Session)[];
  const methods = names.map((name) => [name, session[name]?.bind(session as never)]);
  return Object.fromEntries(methods) as unknown as Session;
}
