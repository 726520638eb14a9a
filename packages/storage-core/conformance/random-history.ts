/**
 * Random histories: several sessions on one storage do random things, one step after another, and every answer is compared with the
 * model's. Sessions begin at different times, so many of them read old snapshots. A seed repeats a history.
 */
import strict from "node:assert/strict";
import type { Range } from "../src/range.ts";
import type { Storage } from "../src/storage.ts";
import { type Context, refusalOf } from "./context.ts";
import { type Answer, Model, ModelSession } from "./model.ts";
import { Random } from "./random.ts";

/** How often each kind of step was taken, and with what end, so that a history in which nothing happened is not taken for a good one. */
export type StepCounts = Record<string, number>;

const SESSIONS = 4;
/** Steps after which all storages are closed and opened again. */
const REOPEN_EVERY = 500;

const CONTAINERS = ["a", "A", "a'\"`;\0", "\u{10000}", "\uffff", "sqlite_x"];
const POINTS = ["\0", "a", "b", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"];

interface Session {
  storage: Storage;
  readonly model: ModelSession;
}

interface Step {
  readonly name: string;
  /** How often it comes, against the others. */
  readonly weight: number;
  /** What it does, with its arguments chosen: on the storage, and on the model. */
  choose(random: Random): {
    readonly said: string;
    real(storage: Storage): Promise<unknown>;
    expected(model: ModelSession): Answer;
  };
}

function key(random: Random): string {
  const points = Array.from({ length: random.below(4) }, () => random.pick(POINTS));
  return points.join("");
}

function keys(random: Random): string[] {
  return Array.from({ length: random.below(6) }, () => key(random));
}

function range(random: Random): Range {
  const bounds: Record<string, unknown> = {};
  if (random.once(4)) bounds[random.pick(["gt", "gte"])] = key(random);
  if (random.once(4)) bounds[random.pick(["lt", "lte"])] = key(random);
  if (random.once(5)) bounds["prefix"] = key(random);
  if (random.once(2)) bounds["reverse"] = true;
  if (random.once(4)) bounds["limit"] = random.below(5);
  return bounds;
}

const STEPS: readonly Step[] = [
  step("begin", 12, () => ({
    real: async (storage) => void (await storage.begin()),
    expected: (model) => model.begin(),
  })),
  step("commit", 10, () => ({
    real: (storage) => storage.commit(),
    expected: (model) => model.commit(),
  })),
  step("rollback", 3, () => ({
    real: (storage) => storage.rollback(),
    expected: (model) => model.rollback(),
  })),
  step("addContainer", 6, (_, container) => ({
    real: (storage) => storage.addContainer(container),
    expected: (model) => model.add(container),
  })),
  step("deleteContainer", 2, (_, container) => ({
    real: (storage) => storage.deleteContainer(container),
    expected: (model) => model.drop(container),
  })),
  step("clearContainer", 2, (_, container) => ({
    real: (storage) => storage.clearContainer(container),
    expected: (model) => model.clearContainer(container),
  })),
  step("set", 20, (random, container) => {
    const entry = [key(random), `v${random.below(1000)}`] as const;
    return {
      arguments: entry,
      real: (storage) => storage.setContainerItem(container, ...entry),
      expected: (model) => model.set(container, [entry]),
    };
  }),
  step("setMany", 8, (random, container) => {
    const entries = keys(random).map((name) => [name, `v${random.below(1000)}`] as const);
    return {
      arguments: entries,
      real: (storage) => storage.setContainerItems(container, entries),
      expected: (model) => model.set(container, entries),
    };
  }),
  step("deleteMany", 10, (random, container) => {
    const chosen = keys(random);
    return {
      arguments: chosen,
      real: (storage) => storage.deleteContainerItems(container, chosen),
      expected: (model) => model.delete(container, chosen),
    };
  }),
  step("getMany", 15, (random, container) => {
    const chosen = keys(random);
    return {
      arguments: chosen,
      real: (storage) => storage.getContainerItems(container, chosen),
      expected: (model) => model.get(container, chosen),
    };
  }),
  step("count", 8, (_, container) => ({
    real: (storage) => storage.getContainerLen(container),
    expected: (model) => model.count(container),
  })),
  step("entries", 20, (random, container) => {
    const chosen = range(random);
    return {
      arguments: chosen,
      real: async (storage) => {
        const entries: [string, string][] = [];
        for await (const entry of storage.container(container).entries(chosen)) entries.push(entry);
        return entries;
      },
      expected: (model) => model.entries(container, chosen),
    };
  }),
  step("listContainers", 4, () => ({
    real: (storage) => storage.listContainers(),
    expected: (model) => model.containers(),
  })),
];

/** What must have happened often in a history that shows anything. */
export const FLOORS: readonly string[] = [
  ...STEPS.map(({ name }) => `${name} ok`),
  "commit TRANSACTION_CONFLICT",
  "addContainer DUPLICATE_CONTAINER",
  "set CONTAINER_NOT_FOUND",
  "begin TRANSACTION_STATE",
];

/** Takes so many steps on a fresh storage; rejects at the first answer that is not the model's, with the steps that led there. */
export async function runRandomHistory(
  context: Context,
  seed: number,
  steps: number,
): Promise<StepCounts> {
  const random = new Random(seed);
  const model = new Model();
  const sessions: Session[] = [];
  const counts: StepCounts = {};
  const last: string[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const storage = await (i === 0 ? context.create() : context.open());
    sessions.push({ storage, model: new ModelSession(model) });
  }
  const weighted = STEPS.flatMap((one) => Array<Step>(one.weight).fill(one));
  for (let taken = 1; taken <= steps; taken++) {
    const session = random.pick(sessions);
    const { name, choose } = random.pick(weighted);
    const { said, real, expected } = choose(random);
    last.push(`${taken}: session ${sessions.indexOf(session)} ${said}`);
    if (last.length > 12) last.shift();
    const answer = await real(session.storage).catch(refusalOf);
    const right = expected(session.model);
    const end = typeof right === "string" ? right : "ok";
    counts[`${name} ${end}`] = (counts[`${name} ${end}`] ?? 0) + 1;
    context.assertions++;
    strict.deepEqual(
      answer,
      right,
      `seed ${seed}, the last of these steps:\n    ${last.join("\n    ")}\n  expected ${JSON.stringify(right)}, found ${JSON.stringify(answer)}`,
    );
    if (taken % REOPEN_EVERY === 0) await reopen(context, sessions);
  }
  return counts;
}

async function reopen(context: Context, sessions: Session[]): Promise<void> {
  for (const session of sessions) {
    await session.storage.close();
    if (session.model.begun) session.model.rollback();
  }
  for (const session of sessions) session.storage = await context.open();
}

function step(
  name: string,
  weight: number,
  choose: (
    random: Random,
    container: string,
  ) => Omit<ReturnType<Step["choose"]>, "said"> & { arguments?: unknown },
): Step {
  return {
    name,
    weight,
    choose: (random) => {
      const container = random.pick(CONTAINERS);
      const { arguments: given, ...chosen } = choose(random, container);
      return { said: `${name} ${JSON.stringify([container, given])}`, ...chosen };
    },
  };
}
