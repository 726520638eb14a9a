/**
 * Schedules: what several sessions do on one storage, step by step, as text.
 *
 *     A begin
 *     A set 1 11
 *     B get 1 -> 10
 *     B commit -> TRANSACTION_STATE
 *
 * A line is a session, an operation with its arguments, and what it must come to: `ok` if nothing is said; a value; `missing`; names
 * or keys with commas between them (`none` for none); or the code of the error that it rejects with. Each session is a storage of its
 * own, opened at its first step. Operations are on the container `c`, but for those that name one. The result of each step is exactly
 * one; a schedule has no alternatives.
 */
import type { Storage } from "../src/storage.ts";
import { type Context, refusalOf } from "./context.ts";

type Operation = (storage: Storage, ...args: string[]) => Promise<string>;

const CONTAINER = "c";

const ok = async (call: Promise<unknown>): Promise<string> => {
  await call;
  return "ok";
};

const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(","));

const operations: Readonly<Record<string, Operation>> = {
  begin: (storage) => ok(storage.begin()),
  commit: (storage) => ok(storage.commit()),
  rollback: (storage) => ok(storage.rollback()),
  close: (storage) => ok(storage.close()),
  set: (storage, key = "", value = "") => ok(storage.setContainerItem(CONTAINER, key, value)),
  delete: (storage, key = "") => ok(storage.deleteContainerItem(CONTAINER, key)),
  clearContainer: (storage) => ok(storage.clearContainer(CONTAINER)),
  add: (storage, container = "") => ok(storage.addContainer(container)),
  drop: (storage, container = "") => ok(storage.deleteContainer(container)),
  clear: (storage) => ok(storage.clear()),
  get: async (storage, key = "") => (await storage.getContainerItem(CONTAINER, key)) ?? "missing",
  getMany: async (storage, ...keys) => {
    const pairs = await storage.getContainerItems(CONTAINER, keys);
    return list(pairs.map(([, value]) => value ?? "missing"));
  },
  keys: async (storage) => {
    const keys: string[] = [];
    for await (const key of storage.getContainerKeys(CONTAINER)) keys.push(key);
    return list(keys);
  },
  entries: async (storage) => {
    const entries: string[] = [];
    for await (const [key, value] of storage.container(CONTAINER).entries()) {
      entries.push(`${key}=${value}`);
    }
    return list(entries);
  },
  length: async (storage) => String(await storage.getContainerLen(CONTAINER)),
  containers: async (storage) => list(await storage.listContainers()),
};

/** Creates the storage with `{1: "10", 2: "20"}` in the container `c`, and runs the steps; each must come to what it says. */
export async function runSchedule(context: Context, schedule: string): Promise<void> {
  const creator = await context.create({ [CONTAINER]: { 1: "10", 2: "20" } });
  await creator.close();
  const sessions = new Map<string, Storage>();
  const done: string[] = [];
  for (const line of schedule.split("\n")) {
    const step = line.trim();
    if (step === "") continue;
    const [call = "", expected = "ok"] = step.split(" -> ");
    const [session = "", name = "", ...args] = call.split(" ");
    const operation = operations[name];
    if (operation === undefined) throw new Error(`a schedule has no operation ${name}: ${step}`);
    let storage = sessions.get(session);
    if (storage === undefined) {
      storage = await context.open();
      sessions.set(session, storage);
    }
    const result = await operation(storage, ...args).catch(refusalOf);
    done.push(`${call} -> ${result}`);
    context.equal(result, expected, `the last step of\n    ${done.join("\n    ")}\n  `);
  }
}
